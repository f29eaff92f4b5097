//! A validator of as much JSON Schema as the schema of experiments uses; any other keyword is a panic.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// A schema by which values are judged.
pub(super) struct Validator<'s> {
    pub(super) root: &'s Json,
}

impl<'s> Validator<'s> {
    /// Where a reference leads.
    pub(super) fn resolve(&self, reference: &Json) -> &'s Json {
        let path = reference.as_str().and_then(|text| text.strip_prefix('#')).expect("it is local");
        self.root.pointer(path).expect("it leads somewhere")
    }

    /// Whether `node` accepts a value.
    pub(super) fn accepts(&self, node: &Json, value: &Json) -> bool {
        let keywords = node.as_object().expect("a schema is a map");
        keywords.iter().all(|(keyword, rule)| self.holds(node, keyword, rule, value))
    }

    fn holds(&self, node: &Json, keyword: &str, rule: &Json, value: &Json) -> bool {
        let fits = |node: &&Json| self.accepts(node, value);
        let all = || rule.as_array().expect("a list of schemas").iter();
        let has = |name: &Json| value.get(name.as_str().expect("a name")).is_some();
        let limit = || rule.as_f64().expect("a number");
        match keyword {
            "$schema" | "$defs" | "title" | "description" | "default" | "then" | "else" => true,
            "$ref" => self.accepts(self.resolve(rule), value),
            "type" => match rule {
                Json::Array(names) => names.iter().any(|name| is_a(name, value)),
                name => is_a(name, value),
            },
            "const" => rule == value,
            "enum" => rule.as_array().expect("a list").contains(value),
            "allOf" => all().all(|node| fits(&node)),
            "anyOf" => all().any(|node| fits(&node)),
            "oneOf" => all().filter(fits).count() == 1,
            "if" => {
                let branch = if fits(&rule) { "then" } else { "else" };
                node.get(branch).is_none_or(|node| fits(&node))
            }
            "required" => !value.is_object() || all().all(has),
            "properties" => {
                rule.as_object().expect("a map").iter().all(|(name, node)| {
                    value.get(name).is_none_or(|value| self.accepts(node, value))
                })
            }
            "additionalProperties" => {
                value.as_object().into_iter().flatten().all(|(name, value)| {
                    let is_known = node["properties"].get(name).is_some();
                    is_known || (rule.is_object() && self.accepts(rule, value))
                })
            }
            "items" => value.as_array().into_iter().flatten().all(|item| self.accepts(rule, item)),
            "minimum" => value.as_f64().is_none_or(|number| number >= limit()),
            "maximum" => value.as_f64().is_none_or(|number| number <= limit()),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as f64 >= limit()),
            "minProperties" => value.as_object().is_none_or(|map| map.len() as f64 >= limit()),
            "maxProperties" => value.as_object().is_none_or(|map| map.len() as f64 <= limit()),
            "pattern" => {
                value.as_str().is_none_or(|text| matches(rule.as_str().expect("a pattern"), text))
            }
            _ => panic!("the validator does not know `{keyword}`"),
        }
    }
}

fn is_a(name: &Json, value: &Json) -> bool {
    match name.as_str().expect("a type is a name") {
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        name => panic!("there is no type `{name}`"),
    }
}

/// Whether a text is as an anchored pattern of characters, `[0-9]`, `\s`, groups, `?`, `*` and `+` says.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern = pattern.strip_prefix('^').and_then(|p| p.strip_suffix('$')).expect("anchored");
    let text: Vec<char> = text.chars().collect();
    let mut rest = pattern;
    let ends = alternatives(&mut rest, &text, &BTreeSet::from([0]));
    assert!(rest.is_empty(), "`{rest}` is left of `{pattern}`");
    ends.contains(&text.len())
}

/// The places that one of several sequences leads to; `rest` ends at the `)` behind them.
fn alternatives(rest: &mut &str, text: &[char], starts: &BTreeSet<usize>) -> BTreeSet<usize> {
    let (mut ends, mut places) = (BTreeSet::new(), starts.clone());
    loop {
        match rest.chars().next() {
            Some('|') => {
                *rest = &rest[1..];
                ends.append(&mut places);
                places = starts.clone();
            }
            None | Some(')') => {
                ends.append(&mut places);
                return ends;
            }
            Some(_) => places = repeated(rest, text, &places),
        }
    }
}

/// The places that one atom leads to, as often as the sign behind it says.
fn repeated(rest: &mut &str, text: &[char], starts: &BTreeSet<usize>) -> BTreeSet<usize> {
    let pattern = *rest;
    let step = |places: &BTreeSet<usize>| {
        let mut rest = pattern;
        (atom(&mut rest, text, places), rest)
    };
    let (once, behind) = step(starts);
    let sign = behind.chars().next().filter(|sign| "?*+".contains(*sign));
    *rest = &behind[usize::from(sign.is_some())..];
    let mut places =
        if sign == Some('+') || sign.is_none() { once.clone() } else { starts | &once };
    if !matches!(sign, Some('*' | '+')) {
        return places;
    }
    loop {
        let more = &places | &step(&places).0;
        if more == places {
            return places;
        }
        places = more;
    }
}

fn atom(rest: &mut &str, text: &[char], starts: &BTreeSet<usize>) -> BTreeSet<usize> {
    let after = |fits: &dyn Fn(char) -> bool| {
        let fitting = starts.iter().filter(|place| text.get(**place).is_some_and(|c| fits(*c)));
        fitting.map(|place| place + 1).collect()
    };
    if let Some(inside) = rest.strip_prefix('(') {
        *rest = inside;
        let ends = alternatives(rest, text, starts);
        *rest = rest.strip_prefix(')').expect("the group is closed");
        return ends;
    }
    if let Some(behind) = rest.strip_prefix("[0-9]") {
        *rest = behind;
        return after(&|c| c.is_ascii_digit());
    }
    if let Some(behind) = rest.strip_prefix(r"\s") {
        *rest = behind;
        return after(&char::is_whitespace);
    }
    *rest = rest.strip_prefix('\\').unwrap_or(rest);
    let literal = rest.chars().next().expect("a character follows");
    assert!(literal.is_ascii_alphanumeric() || "./".contains(literal), "`{literal}` is unknown");
    *rest = &rest[1..];
    after(&|c| c == literal)
}

#[test]
fn patterns_match_what_they_should() {
    let good = [("^a+b?$", "aa"), (r"^(x|[0-9]*)\.y$", "12.y"), ("^(ab|a)b$", "ab"), ("^a*$", "")];
    assert!(good.iter().all(|(pattern, text)| matches(pattern, text)));
    let bad = [("^a+b?$", "b"), (r"^(x|[0-9]*)\.y$", "x1.y"), ("^a$", "ab"), (r"^\.$", "x")];
    assert!(!bad.iter().any(|(pattern, text)| matches(pattern, text)));
}
