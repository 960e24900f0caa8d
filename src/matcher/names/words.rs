//! The signs and words that stand around names: what each says of the value behind it.

/// Whether this may stand between a name and its value.
pub(super) fn is_operator(sign: &[u8]) -> bool {
    matches!(
        sign,
        b"=" | b":"
            | b">"
            | b","
            | b":="
            | b"=>"
            | b"?="
            | b"+="
            | b".="
            | b"<-"
            | b"||"
            | b"??"
            | b"?:"
            | b":-"
            | b"=:"
            | b"||="
            | b"??="
            | b"::="
            | b":::="
    )
}

/// What marks a block of YAML that begins on the next line.
pub(super) const BLOCKS: [&[u8]; 4] = [b"|", b">", b"|-", b">-"];

/// Whether this is a type that is written between a name and the operator.
pub(super) fn is_type(word: &[u8]) -> bool {
    matches!(
        word,
        b"string"
            | b"str"
            | b"String"
            | b"char"
            | b"NSString"
            | b"auto"
            | b"any"
            | b"text"
            | b"bytes"
            | b"static"
    )
}

/// Whether this word in front of a name makes what follows it its value without an operator.
pub(super) fn is_directive(word: &[u8]) -> bool {
    matches!(
        word,
        b"WITH"
            | b"with"
            | b"ENCRYPTED"
            | b"encrypted"
            | b"ENV"
            | b"ARG"
            | b"define"
            | b"setx"
            | b"setenv"
            | b"def"
            | b"defonce"
            | b"SetEnv"
            | b"set"
    )
}

/// Whether a directive is one of a query, which puts its values into quotes. In a sentence it is a word.
pub(super) fn is_query(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"with") || word.eq_ignore_ascii_case(b"encrypted")
}

/// Whether what is called makes a list of what it is given, or chooses fields by their names: none of those is the
/// value of another.
pub(super) fn is_listing(call: &[u8]) -> bool {
    const ENDS: [&[u8]; 12] = [
        b"list.of",
        b"set.of",
        b"stream.of",
        b"aslist",
        b"listof",
        b"setof",
        b"arrayof",
        b"only",
        b"except",
        b"permit",
        b"pick",
        b"omit",
    ];
    let call = call.to_ascii_lowercase();
    ENDS.iter().any(|end| call.ends_with(end))
}

/// Whether this word declares the name behind it, and is no part of that.
pub(super) fn is_declaring(word: &[u8]) -> bool {
    matches!(
        word,
        b"var"
            | b"let"
            | b"const"
            | b"val"
            | b"final"
            | b"private"
            | b"public"
            | b"protected"
            | b"export"
            | b"local"
            | b"our"
            | b"return"
            | b"if"
            | b"elif"
            | b"and"
            | b"or"
            | b"new"
    )
}

/// Whether a word says that a secret follows: `key`, `apiToken`, `SECRET`; `SSWS` is what Okta calls its tokens
/// in headers.
pub(in crate::matcher) fn is_announcing(word: &[u8]) -> bool {
    const ENDS: [&[u8]; 9] =
        [b"key", b"token", b"secret", b"access", b"private", b"auth", b"pat", b"tkn", b"ssws"];
    // Most words end otherwise.
    let Some(b'e' | b'h' | b'n' | b's' | b't' | b'y') = word.last().map(u8::to_ascii_lowercase) else {
        return false;
    };
    ENDS.iter().any(|end| {
        let tail = word.len().checked_sub(end.len()).map(|start| &word[start..]);
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    })
}

/// Whether a function or type of this name makes a value of a literal, and says nothing of what it is for.
pub(super) fn is_conversion(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 29] = [
        b"byte",
        b"bytes",
        b"bytearray",
        b"string",
        b"str",
        b"from",
        b"fromhex",
        b"fromstring",
        b"frombase64string",
        b"unhexlify",
        b"hex",
        b"decode",
        b"decodestring",
        b"decodehex",
        b"encode",
        b"b64decode",
        b"b64encode",
        b"base64encoded",
        b"plaintext",
        b"stringencoder",
        b"byteencoder",
        b"atob",
        b"btoa",
        b"strdup",
        b"some",
        b"pointer",
        b"ptr",
        b"getbytes",
        b"of",
    ];
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or(name);
    NAMES.iter().any(|known| last.eq_ignore_ascii_case(known))
}
