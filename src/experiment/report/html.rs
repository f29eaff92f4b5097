//! HTML as text: what comes from files is escaped, and tables are made in one way only.

use std::fmt::{self, Display, Write};

/// Anything, as text in HTML or XML, in an element or a quoted attribute.
pub(super) struct Safe<T>(pub(super) T);

impl<T: Display> Display for Safe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            '\n' | '\t' => self.0.write_char(c),
            // No XML holds these, escaped or not.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                self.0.write_char('\u{fffd}')
            }
            c => self.0.write_char(c),
        })
    }
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Words,
    Number,
    Code,
}

/// A table under construction.
pub(super) struct Table {
    columns: Vec<(String, Kind)>,
    rows: String,
}

impl Table {
    pub(super) fn new<S: Into<String>>(columns: impl IntoIterator<Item = (S, Kind)>) -> Table {
        let columns = columns.into_iter().map(|(name, kind)| (name.into(), kind)).collect();
        Table { columns, rows: String::new() }
    }

    /// A row of texts; the first cell is the row's header.
    pub(super) fn row<S: Display>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push_str("<tr>");
        for (place, (cell, (_, kind))) in cells.into_iter().zip(&self.columns).enumerate() {
            let cell = Safe(cell);
            let class = if *kind == Kind::Number { " class=\"n\"" } else { "" };
            self.rows += &match (place, kind) {
                (0, Kind::Code) => format!("<th scope=\"row\"><code>{cell}</code></th>"),
                (0, _) => format!("<th scope=\"row\"{class}>{cell}</th>"),
                (_, Kind::Code) => format!("<td><code>{cell}</code></td>"),
                (_, _) => format!("<td{class}>{cell}</td>"),
            };
        }
        self.rows.push_str("</tr>\n");
    }

    /// The whole table, in a box of its own that scrolls.
    pub(super) fn html(&self, caption: &str) -> String {
        let head = self.columns.iter().map(|(name, kind)| {
            let class = if *kind == Kind::Number { " class=\"n\"" } else { "" };
            format!("<th scope=\"col\"{class}>{}</th>", Safe(name))
        });
        format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\
             <caption>{0}</caption>\n<thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody></table></div>\n",
            Safe(caption),
            head.collect::<String>(),
            self.rows
        )
    }
}

/// What is there for those who open it. `inner` is HTML.
pub(super) fn details(summary: &str, inner: &str) -> String {
    format!("<details><summary>{}</summary>\n{inner}</details>\n", Safe(summary))
}

/// A drawing with what it shows, a remark where there is one, and its table.
pub(super) struct Figure<'a> {
    pub(super) title: &'a str,
    /// HTML, as the table is.
    pub(super) svg: &'a str,
    pub(super) note: &'a str,
    pub(super) table: &'a str,
}

impl Figure<'_> {
    pub(super) fn html(&self) -> String {
        let Figure { title, svg, note, table } = self;
        let note = match *note {
            "" => String::new(),
            note => format!("<p class=\"note\">{}</p>\n", Safe(note)),
        };
        format!(
            "<figure>\n<figcaption>{}</figcaption>\n{svg}{note}{}</figure>\n",
            Safe(title),
            details("Table", table)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_file_becomes_markup() {
        let text = Safe("<a href=\"x\" onload='y'>&amp;\u{0}\u{1b}[1m").to_string();
        let expected =
            "&lt;a href=&quot;x&quot; onload=&#39;y&#39;&gt;&amp;amp;\u{fffd}\u{fffd}[1m";
        assert_eq!(text, expected);
        let mut table = Table::new([("<b>", Kind::Words), ("n", Kind::Number), ("c", Kind::Code)]);
        table.row(["<i>", "1", "a < b"]);
        let html = table.html("<u>");
        assert!(
            html.contains("<th scope=\"col\">&lt;b&gt;</th><th scope=\"col\" class=\"n\">n</th>")
        );
        assert!(html.contains("<th scope=\"row\">&lt;i&gt;</th><td class=\"n\">1</td>"), "{html}");
        assert!(html.contains("<td><code>a &lt; b</code></td>") && !html.contains("<u>"), "{html}");
    }
}
