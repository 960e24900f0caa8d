//! Pointers to a secret: `${{ secrets.X }}`, `$X`, `process.env.X`, `op://vault/item`, `<your-token>`.
//!
//! Takes the value that stands where a secret could stand, says whether it only names one. Whoever wrote
//! a pointer did the right thing, so nothing is reported. Every test reads the value at most once, and
//! looks at the *whole* value: a password that merely holds a `$` is a password.

/// Beginnings of code that looks a value up. A literal other than the name looked up spoils it, see
/// [`only_looks_up`].
const LOOKUPS: [&[u8]; 30] = [
    b"process.env",
    b"import.meta.env",
    b"os.environ",
    b"os.getenv(",
    b"os.Getenv(",
    b"os.LookupEnv(",
    b"ENV[",
    b"ENV.fetch(",
    b"ENV.fetch ",
    b"System.getenv(",
    b"System.getProperty(",
    b"System.get_env(",
    b"System.fetch_env",
    b"std::env::var(",
    b"env::var(",
    b"env!(",
    b"option_env!(",
    b"Deno.env",
    b"Bun.env",
    b"getenv(",
    b"env(",
    b"config(",
    b"Environment.GetEnvironmentVariable(",
    b"$_ENV[",
    b"$_SERVER[",
    b"$ENV{",
    b"var.",
    b"secrets.",
    b"vars.",
    b"github.token",
];

/// Beginnings that no literal secret has: addresses in a secret store and YAML tags.
const STORES: [&[u8]; 22] = [
    b"op://",
    b"vault:",
    b"arn:aws:secretsmanager:",
    b"arn:aws:ssm:",
    b"!vault",
    b"!Ref",
    b"!Sub",
    b"!GetAtt",
    b"!ImportValue",
    b"!secret",
    b"!reference",
    b"secretKeyRef",
    b"valueFrom:",
    b"ref+",
    b"sm://",
    b"ssm://",
    b"awssm://",
    b"gcpsm://",
    b"projects/",
    b"@Microsoft.KeyVault(",
    b"keychain:",
    b"keyring:",
];

/// Whether `value` only points to a secret that is kept somewhere else, or is masked.
pub fn is_reference(value: &[u8]) -> bool {
    let value = strip_scheme(unquote(value.trim_ascii()));
    is_variable(value)
        || is_bracketed(value)
        || is_masked(value)
        || STORES.iter().any(|store| value.starts_with(store)) && !is_wide_store_word(value)
        || LOOKUPS
            .iter()
            .any(|start| value.strip_prefix(*start).is_some_and(|rest| only_looks_up(start, rest)))
        || is_chain(value)
}

/// `projects/` opens a Google secret's name only when `secrets/` follows.
fn is_wide_store_word(value: &[u8]) -> bool {
    value.starts_with(b"projects/") && !value.windows(9).any(|part| part == b"/secrets/")
}

/// One pair of quotes around the whole value is not part of it.
fn unquote(value: &[u8]) -> &[u8] {
    match value {
        [open @ (b'"' | b'\'' | b'`'), inner @ .., close] if open == close => inner.trim_ascii(),
        _ => value,
    }
}

/// `Bearer $TOKEN` is as much a pointer as `$TOKEN`.
fn strip_scheme(value: &[u8]) -> &[u8] {
    let schemes: [&[u8]; 3] = [b"bearer ", b"token ", b"basic "];
    let scheme =
        schemes.iter().find(|s| value.get(..s.len()).is_some_and(|head| head.eq_ignore_ascii_case(s)));
    scheme.map_or(value, |scheme| value[scheme.len()..].trim_ascii_start())
}

/// `$X`, `$$X`, `$env:X`, `$1`, `$this->x`, `%X%`, `@X@`, `%s`, `%(x)s`: the whole value is one variable, or a path
/// from one on, such as `$BASE_URL/#/login`.
fn is_variable(value: &[u8]) -> bool {
    match value {
        [b'$', b'e', b'n', b'v', b':', name @ ..] => is_identifier(name),
        [b'$', b't', b'h', b'i', b's', b'-', b'>', name @ ..] => is_identifier(name),
        // What Make and Docker Compose hand on to the shell.
        [b'$', b'$', name @ ..] => is_identifier(name) && !name.iter().any(u8::is_ascii_lowercase),
        [b'$', b'0'..=b'9'] => true,
        [b'$', name @ ..] => is_identifier(name) || is_path_from_variable(name),
        [b'%', b's' | b'd' | b'v'] => true,
        [b'%', b'(', name @ .., b')', b's'] => is_identifier(name),
        [b'%', name @ .., b'%'] | [b'@', name @ .., b'@'] => is_identifier(name),
        _ => false,
    }
}

/// `BASE_URL/path`: behind a `$`, the name of a variable of the environment and a path from there.
fn is_path_from_variable(value: &[u8]) -> bool {
    let is_constant = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let Some(end) = value.iter().position(|b| *b == b'/') else { return false };
    end >= 4 && value[0].is_ascii_uppercase() && value[..end].iter().all(is_constant)
}

/// `${{ x }}`, `${X}`, `$(cmd)`, `{{ x }}`, `<%= x %>`, `#{x}`, `{x}`, `<your-token>`, `[REDACTED]`.
fn is_bracketed(value: &[u8]) -> bool {
    match value {
        // A value cut off at the first space of an expression is as good as the whole expression.
        [b'$', b'{', b'{', ..] | [b'{', b'{', ..] | [b'<', b'%', ..] => true,
        [b'$', b'{', inner @ .., b'}'] => is_expansion(inner),
        [b'$', b'(', inner @ ..] => inner.ends_with(b")") || !inner.contains(&b')'),
        [b'#', b'{', .., b'}'] => true,
        [b'{', inner @ .., b'}'] => inner.split(|&b| b == b'.').all(is_identifier),
        [b'<', inner @ .., b'>'] | [b'[', inner @ .., b']'] => is_description(inner),
        _ => false,
    }
}

/// The inside of `${...}`. A default (`X:-value`) is a value of its own and must be a reference itself.
fn is_expansion(inner: &[u8]) -> bool {
    let end = inner.iter().position(|b| !b.is_ascii_alphanumeric() && !b"_.[]".contains(b));
    let (name, rest) = inner.split_at(end.unwrap_or(inner.len()));
    if name.is_empty() || rest.contains(&b'}') {
        return false;
    }
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    match rest {
        [] => true,
        [b'?' | b'#' | b'%' | b'/' | b'^' | b',' | b'(', ..] => true,
        [b'-' | b'=' | b'+', default @ ..] | default => {
            // Not `is_reference`: an expansion within an expansion could nest as deep as the value is long.
            let default = unquote(default);
            default.is_empty() || is_variable(default) || is_description_in_angles(default)
        }
    }
}

fn is_description_in_angles(value: &[u8]) -> bool {
    matches!(value, [b'<', inner @ .., b'>'] if is_description(inner))
}

/// A name for what belongs here: words, begun by a letter, short.
fn is_description(inner: &[u8]) -> bool {
    let inner = inner.trim_ascii();
    inner.len() <= 64
        && inner.first().is_some_and(u8::is_ascii_alphabetic)
        && inner.iter().all(|b| b.is_ascii_alphanumeric() || b" _-./:|'".contains(b))
}

/// `***`, `xxx`, `...`: one filler character throughout, stars for at least half of the value, or what is left of
/// one whose end was crossed out.
fn is_masked(value: &[u8]) -> bool {
    let Some(&first) = value.first() else { return false };
    let stars = value.iter().filter(|&&b| b == b'*').count();
    let filler = b"*.xX-_#?".contains(&first) && value.iter().all(|&b| b == first);
    let is_crossed_out = value.ends_with(b"xxxxx") || value.ends_with(b"XXXXX");
    value.len() >= 3 && (filler || is_crossed_out || stars >= 3 && stars * 2 >= value.len())
}

/// The rest of a look-up names what is looked up and nothing else: the only literal stands right behind
/// an opening bracket, so `os.getenv("X", "the real one")` is no reference.
fn only_looks_up(start: &[u8], rest: &[u8]) -> bool {
    if start.ends_with(b".") {
        return !rest.is_empty() && rest.split(|&b| b == b'.').all(is_identifier);
    }
    if rest.first().is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_') && !start.ends_with(b"(") {
        return false;
    }
    let mut before = start.last().copied();
    let mut bytes = rest.iter().copied();
    while let Some(byte) = bytes.next() {
        if matches!(byte, b'"' | b'\'' | b'`') {
            let literal = bytes.by_ref().take_while(|&b| b != byte).count();
            if literal > 0 && !matches!(before, Some(b'(' | b'[' | b'{')) {
                return false;
            }
        }
        before = if byte == b' ' { before } else { Some(byte) };
    }
    true
}

/// Several plain references with nothing but punctuation between: `$USER:$PASS`, `${A}-${B}`.
fn is_chain(value: &[u8]) -> bool {
    let mut rest = value;
    while let Some(after) = strip_link(rest) {
        let next = after.iter().position(|b| !b":/-_@. ".contains(b));
        rest = &after[next.unwrap_or(after.len())..];
    }
    rest.is_empty() && !value.is_empty()
}

/// What follows the `$X` or `${X}` that `text` begins with.
fn strip_link(text: &[u8]) -> Option<&[u8]> {
    let tail = text.strip_prefix(b"$")?;
    let inner = tail.strip_prefix(b"{");
    let name = name_of(inner.unwrap_or(tail));
    let after = inner.unwrap_or(tail).get(name.len()..).filter(|_| !name.is_empty())?;
    if inner.is_some() { after.strip_prefix(b"}") } else { Some(after) }
}

/// The identifier that `text` begins with, possibly empty.
fn name_of(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_').unwrap_or(text.len());
    if text.first().is_some_and(u8::is_ascii_digit) { &[] } else { &text[..end] }
}

/// Whether all of `text` is one identifier.
fn is_identifier(text: &[u8]) -> bool {
    !text.is_empty() && name_of(text).len() == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_references() {
        let all = "$$DB_PASSWORD|${{ secrets.X }}|${{ github.token }}|${{|$X|${X}|${X:-}|${X:?must be set}|${X:-$Y}|$(cmd -a)|\
            $(pass|%X%|$env:X|@X@|{{ x }}|<%= x %>|#{x}|{token}|{cfg.token}|<your-token>|[REDACTED]|***|\
            abc*****|xxxxxx|4f1c92abxxxxx|...|process.env.X|process.env['X']|import.meta.env.X|os.environ[\"X\"]|\
            os.environ.get('X')|os.getenv(\"X\")|ENV['X']|System.getenv(\"X\")|std::env::var(\"X\")|env!(\"X\")|\
            Deno.env.get(\"X\")|config('services.x')|op://vault/item/field|vault:secret/data/x#y|\
            arn:aws:secretsmanager:eu-west-1:1:secret:x|!vault |!Ref X|secretKeyRef|valueFrom:|ref+vault://x|\
            sm://p/x|@Microsoft.KeyVault(SecretUri=https://x)|var.token|secrets.X|\"$X\"|'${X}'|Bearer $X|\
            ${A}:${B}|$USER:$PASS|${var.a.b}|$1|%(token)s|%s|projects/p/secrets/x/versions/1|$_ENV['X']|\
            $BASE_URL/#/forgot_password|$HOME_DIR/key";
        for value in all.split('|') {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn values_are_not() {
        let all = "|pa$$w0rd|$$ecret|$2a$10$abc|a$X|$X!|${X:-hunter2}|${X}hunter2|$Xyz#1|%41bc|100%|@dmin|p@ss@word1|\
            hunter2|<script>a&b</script>|[a+b]|**|ab***cdefgh|os.getenv(\"X\", \"hunter2\")|\
            process.env.X \"hunter2\"|process.environment|var.|secrets.a+b|vaultpass|environment|configuration|\
            {\"a\":1}|$|${}|$()x|projects/abc|Bearer abc|$$|%%|@@|''|${X:-a}${Y|\
            $aBCD/x7|$ABC/x7|$Ab1_2/x7";
        for value in all.split('|') {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
        assert!(!is_reference(b"process.env.X || 'hunter2'"));
        assert!(is_reference(b"process.env.X || ''"));
    }

    #[test]
    fn hostile_values_take_linear_time() {
        for piece in ["${", "$(", "${X:-", "{{", "\"", "$X:", "*a", "os.getenv(", "<", "$_ENV["] {
            let value = piece.repeat(1 << 20);
            // Linear is well under a second; who makes it quadratic waits for hours.
            is_reference(value.as_bytes());
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(value: Vec<u8>) {
            is_reference(&value);
        }
    }
}
