//! Decoders and archive readers, on any bytes.

use bstr::BStr;

use super::archive::{self, Limits};
use super::layer::Layer;
use super::{Form, base64, escape, hex, literals, stretch, utf16};
use crate::matcher::sieved;

const FORMS: [Form; 9] = [
    Form::Base64,
    Form::Hex,
    Form::Percent,
    Form::Backslash,
    Form::Entity,
    Form::QuotedPrintable,
    Form::Continued,
    Form::Concatenated,
    Form::Adjacent,
];

/// Every stretch that is noticed, and the whole as the form that the first byte says: what comes out maps
/// back to bytes of the stretch.
pub(crate) fn decoders(data: &[u8]) {
    let Some((form, text)) = data.split_first() else { return };
    let survey = stretch::survey(text, &sieved(text));
    assert!(survey.stretches.is_sorted_by_key(|s| s.range.start));
    let form = FORMS[usize::from(*form) % FORMS.len()];
    let whole = stretch::Stretch { range: 0..text.len(), form };
    for stretch in survey.stretches.iter().chain((!text.is_empty()).then_some(&whole)) {
        decoder(text, stretch);
    }
    for view in utf16::views(text) {
        assert!(view.original(view.text.len()) <= text.len());
        let all = view.range(&(0..text.len()));
        assert_eq!(all, 0..view.text.len());
    }
}

fn decoder(text: &[u8], stretch: &stretch::Stretch) {
    let range = stretch.range.clone();
    assert!(range.start < range.end && range.end <= text.len(), "{range:?}");
    let mut layer = Layer::default();
    layer.begin(stretch.form, range.clone());
    match stretch.form {
        Form::Base64 => base64::decode(text, range.clone(), &mut layer),
        Form::Hex => hex::decode(text, range.clone(), &mut layer),
        Form::Concatenated | Form::Adjacent => literals::decode(text, range.clone(), &mut layer),
        form => escape::decode(form, text, range.clone(), &mut layer),
    }
    let len = layer.piece().len();
    assert!(len <= range.len(), "decoding makes nothing longer");
    layer.end();
    let mut last = range.start;
    for at in 0..len {
        let Some(place) = layer.place(&(at..at + 1)) else { panic!("byte {at} has no place") };
        let source = place.source;
        assert!(source.start >= last && source.end <= range.end, "{at}: {source:?} of {range:?}");
        last = source.start;
    }
}

/// The archive as it is sniffed, or with the magic bytes of the format that the first byte says put over
/// its head: no more comes out than the limits let.
pub(crate) fn archives(data: &[u8]) {
    const MAGIC: [&[u8]; 7] =
        [b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh91AY", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"ustar"];
    let Some((format, bytes)) = data.split_first() else { return };
    let magic = MAGIC[usize::from(*format) % MAGIC.len()];
    let at = if magic == b"ustar" { 257 } else { 0 };
    let mut bytes = bytes.to_vec();
    if let Some(head) = bytes.get_mut(at..at + magic.len()) {
        head.copy_from_slice(magic);
    }
    let limits = Limits { depth: 3, total: 1 << 20, entries: 200, ratio: 50 };
    let (mut members, mut given) = (0, 0);
    let result = archive::unpack(&bytes, &limits, &mut |entry| {
        members += 1;
        // A damaged archive within is given as the bytes that it is: each level at most once.
        given += entry.content.map_or(0, <[u8]>::len);
        archive::join(BStr::new("a"), entry.path);
    });
    assert!(result.is_ok() || archive::sniff(&bytes).is_none() || members < 1000);
    assert!(members <= 4 * limits.entries, "{members} members");
    assert!(given as u64 <= limits.total + bytes.len() as u64, "{given} bytes");
}
