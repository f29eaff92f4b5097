//! Tests of the whole layer on a sample declaration: from text to mistakes and canonical form.

mod accepted;
mod any_text;
mod overridden;
mod refused;
mod sample;
