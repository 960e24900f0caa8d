//! The descent: decodes the stretches of a text, scans what comes out, and goes on in that.
//!
//! Takes a text with its matcher, gives hits with their place in that text. A budget for all layers of a
//! text bounds time and memory, whatever it holds.

use std::ops::Range;

use bstr::BStr;

use super::layer::{Layer, Place};
use super::stretch::{self, Stretch};
use super::{Form, archive, base64, escape, hex, literals, utf16};
use crate::matcher::{Hit, Matcher, Scratch};
use crate::rule::Confidence;
use crate::scanner::Depths;

/// A layer is scanned when it holds so many bytes, and begun anew.
const FULL: usize = 1 << 20;
/// How much may be decoded: so many times the size of the text, and so many bytes more.
const FACTOR: usize = 4;
const SPARE: usize = 1 << 20;

/// What a matcher found in decoded text.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The hit; its ranges are those of the decoded text.
    pub(crate) hit: Hit,
    /// Where in the text that the descent began in.
    pub(crate) span: Range<usize>,
    /// The secret.
    pub(crate) secret: Vec<u8>,
    /// The other halves: rule and value.
    pub(crate) parts: Vec<(u16, Vec<u8>)>,
    /// How it is encoded, the outermost first.
    pub(crate) forms: Vec<Form>,
}

impl Decoded {
    /// A remark that says how it is encoded.
    pub(crate) fn note(&self) -> String {
        let names: Vec<&str> = self.forms.iter().map(|f| f.name()).collect();
        format!("decoded from {}", names.join(", then "))
    }
}

/// What a descent gave.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) found: Vec<Decoded>,
    /// Whether something was left undecoded because the budget was used up.
    pub(crate) cut_short: bool,
    /// Whether the text may hold UTF-16.
    pub(crate) has_nul: bool,
}

/// Everything that `text` holds in an encoded form where the matcher that just scanned it saw something, up to
/// `depths.decode` layers deep.
pub(crate) fn scan(
    matcher: &Matcher,
    scratch: &mut Scratch,
    text: &[u8],
    path: &BStr,
    depths: Depths,
) -> Outcome {
    if depths.decode == 0 {
        let has_nul = stretch::survey(text, &scratch.sieved).has_nul;
        return Outcome { has_nul, ..Outcome::default() };
    }
    let budget = text.len().saturating_mul(FACTOR).saturating_add(SPARE);
    let mut descent =
        Descent { matcher, scratch, path, budget, limits: depths.archive, outcome: Outcome::default() };
    descent.layer_of(text, depths.decode, None);
    descent.outcome
}

struct Descent<'a> {
    matcher: &'a Matcher,
    scratch: &'a mut Scratch,
    path: &'a BStr,
    budget: usize,
    /// For archives that come out.
    limits: archive::Limits,
    outcome: Outcome,
}

/// A layer, and those that it was made from.
#[derive(Clone, Copy)]
struct Above<'a> {
    layer: &'a Layer,
    above: Option<&'a Above<'a>>,
}

impl Above<'_> {
    /// The place in the text that the descent began in, and the forms on the way, outermost first.
    fn place(&self, range: &Range<usize>) -> Option<(Place, Vec<Form>)> {
        let place = self.layer.place(range)?;
        let Some(above) = self.above else {
            let forms = vec![place.form];
            return Some((place, forms));
        };
        let (outer, mut forms) = above.place(&place.source)?;
        forms.push(place.form);
        Some((Place { strict: outer.strict || place.strict, ..outer }, forms))
    }
}

impl Descent<'_> {
    /// Decodes what a text holds, scans it, and goes on in it.
    fn layer_of(&mut self, text: &[u8], depth: u8, above: Option<&Above<'_>>) {
        let survey = stretch::survey(text, &self.scratch.sieved);
        self.outcome.has_nul |= survey.has_nul && above.is_none();
        if survey.stretches.is_empty() {
            return;
        }
        let mut layer = Layer::default();
        for stretch in &survey.stretches {
            if !self.afford(text, stretch) {
                break;
            }
            self.decode(text, stretch, &mut layer);
            if layer.text.len() >= FULL {
                self.scan(&layer, depth, above);
                layer.clear();
            }
        }
        self.scan(&layer, depth, above);
    }

    /// Takes what a stretch costs from the budget.
    fn afford(&mut self, text: &[u8], stretch: &Stretch) -> bool {
        let name = stretch::name(text, stretch.range.start).map_or(0, |n| n.len());
        let rest = self.budget.checked_sub(stretch.range.len() + name);
        self.outcome.cut_short |= rest.is_none();
        self.budget = rest.unwrap_or(0);
        rest.is_some()
    }

    fn decode(&mut self, text: &[u8], stretch: &Stretch, layer: &mut Layer) {
        let (form, range) = (stretch.form, stretch.range.clone());
        if let Some(name) = stretch::name(text, range.start) {
            layer.name(&text[name.clone()], name.start);
        }
        layer.begin(form, range.clone());
        match form {
            Form::Base64 => base64::decode(text, range, layer),
            Form::Hex => hex::decode(text, range, layer),
            Form::Concatenated | Form::Adjacent => literals::decode(text, range, layer),
            _ => escape::decode(form, text, range, layer),
        }
        if form.is_digits() {
            self.look_inside(layer);
        }
        layer.end();
    }

    /// Decoded bytes may be UTF-16, or compressed.
    fn look_inside(&mut self, layer: &mut Layer) {
        let bytes = layer.piece();
        if self.limits.depth > 0 && archive::sniff(bytes).is_some() {
            let text = self.unpack(bytes);
            layer.replace(&text, 0);
        } else if utf16::sniff(bytes).is_some()
            && let Some(view) = utf16::views(bytes).first()
        {
            layer.replace(&view.text, 2);
        }
    }

    fn unpack(&mut self, bytes: &[u8]) -> Vec<u8> {
        let limits = archive::Limits { total: self.limits.total.min(self.budget as u64), ..self.limits };
        let mut text = Vec::new();
        let mut limited = false;
        let result = archive::unpack(bytes, &limits, &mut |entry| match entry.content {
            Ok(content) => {
                text.extend_from_slice(content);
                text.extend_from_slice(b"\n\0\n");
            }
            Err(problem) => limited |= matches!(problem, archive::Problem::Limit(_)),
        });
        self.outcome.cut_short |= limited || matches!(result, Err(archive::Problem::Limit(_)));
        self.budget = self.budget.saturating_sub(text.len());
        text
    }

    /// Scans a layer, and goes on in it.
    fn scan(&mut self, layer: &Layer, depth: u8, above: Option<&Above<'_>>) {
        if layer.text.is_empty() {
            return;
        }
        let here = Above { layer, above };
        for hit in self.matcher.scan(&layer.text, self.path, 0..layer.text.len(), self.scratch) {
            self.keep(hit, &here);
        }
        if depth > 1 {
            self.layer_of(&layer.text, depth - 1, Some(&here));
        }
    }

    fn keep(&mut self, hit: Hit, here: &Above<'_>) {
        let Some((place, forms)) = here.place(&hit.secret) else { return };
        let rule = self.matcher.rules()[usize::from(hit.rule)];
        if place.strict && (rule.anchors.is_empty() || hit.confidence < Confidence::High) {
            return;
        }
        let value = |range: &Range<usize>| here.layer.text[range.clone()].to_vec();
        let parts = hit.parts.iter().map(|(rule, range)| (*rule, value(range))).collect();
        let secret = value(&hit.secret);
        self.outcome.found.push(Decoded { secret, parts, span: place.source, forms, hit });
    }
}
