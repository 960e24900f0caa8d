//! Where in a file a token may stand.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokensieve::blob::Origin;
use tokensieve::config::Day;
use tokensieve::finding::Surface;
use tokensieve::rule::sample::fill;
use tokensieve::rule::{self, Severity};
use tokensieve::scanner::Scanner;

use super::util::{Scratch, paths, token};

#[test]
fn at_the_first_byte_at_the_end_and_alone() {
    let scratch = Scratch::new();
    scratch
        .write("alone", token(1))
        .write("first", format!("{} x", token(2)))
        .write("last", format!("x {}", token(3)));
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(paths(&findings), ["alone", "first", "last"]);
    assert!(findings.iter().all(|f| f["line"] == 1));
}

#[test]
fn every_value_of_a_list_has_its_name() {
    let scratch = Scratch::new();
    let of = |seed| fill("${hex:40}", seed).unwrap();
    let short = fill("k4${alnum:9}82", 1).unwrap();
    let list = format!("auth_tokens = [\"{}\", \"{short}\",\n    '{}']\nx = ['{}']\n", of(1), of(2), of(3));
    scratch.write("a.py", list);
    let (findings, ..) = scratch.json(&[]);
    let places: Vec<_> = findings.iter().map(|f| (f["line"].as_u64(), f["rule"].as_str())).collect();
    let key = Some("key-assignment");
    assert_eq!(places, [(Some(1), key), (Some(1), key), (Some(2), key)]);
}

#[test]
fn in_one_line_of_twelve_megabytes() {
    let scratch = Scratch::new();
    let half = "var a=function(b,c){return b+c};".repeat(190_000);
    let mut text = half.clone();
    text.push_str(&token(1));
    text.push(';');
    text.push_str(&half);
    scratch.write("bundle.js", &text);
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["column"], half.len() + 1);
    assert!(findings[0]["excerpt"].as_str().unwrap().len() < 400);
}

#[test]
fn at_the_end_of_a_run_of_many_megabytes() {
    let scratch = Scratch::new();
    let run = "Zx9-".repeat(3_000_000);
    scratch.write("run", format!("{run}{}", token(1)));
    assert_eq!(scratch.json(&[]).0.len(), 1);
}

#[test]
fn next_to_bytes_that_are_no_text() {
    let scratch = Scratch::new();
    let mut bytes = b"\xff\xfe\xfa\0\x01\x80".to_vec();
    bytes.extend(token(1).bytes());
    bytes.extend(b"\0\xc3\x28\xff");
    scratch.write("binary", &bytes);
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(findings.len(), 1);
}

#[test]
fn in_utf16_of_both_orders_with_a_mark_and_without() {
    let scratch = Scratch::new();
    let text = |i| format!("# ключ\r\nname = x\r\ntoken = \"{}\"\r\n", token(i));
    let plain = |i| format!("name = x\r\ntoken = \"{}\"\r\n", token(i));
    let little = |t: String| t.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = |t: String| t.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    scratch.write("le-bom", [b"\xff\xfe".to_vec(), little(text(1))].concat());
    scratch.write("be-bom", [b"\xfe\xff".to_vec(), big(text(2))].concat());
    scratch.write("le", little(plain(3))).write("be", big(plain(4)));
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(paths(&findings), ["be", "be-bom", "le", "le-bom"]);
    for finding in &findings {
        let is_marked = finding["path"].as_str().unwrap().ends_with("bom");
        assert_eq!(finding["line"], if is_marked { 3 } else { 2 }, "{finding}");
        assert_eq!(finding["column"], 10);
    }
}

#[test]
fn line_and_column_count_characters() {
    let scratch = Scratch::new();
    scratch.write("a", format!("один\nдва 𝄞 {}\n", token(1)));
    let (findings, ..) = scratch.json(&[]);
    assert_eq!((&findings[0]["line"], &findings[0]["column"]), (&2.into(), &7.into()));
    assert_eq!(findings[0]["column_utf16"], 8);
}

#[test]
fn standard_input_is_read_whole() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new(super::util::tool())
        .args(["stdin", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(token(1).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"surface\":\"stdin\""));
}

#[test]
fn a_repository_with_one_token_of_each_rule() {
    use tokensieve::rule::embedded;
    let scratch = Scratch::repository();
    for (number, rule) in embedded().iter().enumerate() {
        let sample = rule.samples[0];
        let name = if sample.path.is_empty() { "file" } else { sample.path };
        // The seeds that the check of rules has tried: another one may leave a kind of character out.
        scratch.write(&format!("r{number}/{name}"), fill(sample.text, number as u64 % 4).unwrap());
    }
    let (findings, _, code) = scratch.json(&["--confidence", "low", "--exclude-rule", "dotenv-file"]);
    assert_eq!(code, 1);
    let found: std::collections::HashSet<&str> =
        findings.iter().map(|f| f["rule"].as_str().unwrap()).collect();
    // What is no finding by itself needs its secret beside it.
    let alone = embedded().iter().filter(|rule| !rule.part_only);
    let missing: Vec<_> = alone.map(|rule| rule.id).filter(|id| !found.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let shown = scratch.run(&["--show-secrets", "--confidence", "low", "-f", "jsonl"]).stdout;
    let masked = scratch.run(&["--confidence", "low", "-f", "jsonl"]).stdout;
    for finding in shown.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()) {
        let secret = finding["secret"].as_str().unwrap_or("");
        assert!(secret.len() < 12 || !masked.contains(secret), "{} is shown", finding["rule"]);
    }
}

#[test]
fn a_json_web_token_expires_on_the_day_of_the_run() {
    let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let day = |text: &str| text.parse::<Day>().unwrap();
    let expires = day("2031-05-17").start() + 3600;
    let claims = format!("{{\"sub\":\"u-77123\",\"iat\":1700000000,\"exp\":{expires}}}");
    let signature = fill("${alnum:43}", 7).unwrap();
    let token = format!("{}.{}.{signature}", encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), encode(&claims));
    let confidence = |today: Option<&str>| {
        let scanner = Scanner::new(rule::embedded().iter().collect());
        let scanner = if let Some(today) = today { scanner.on(day(today)) } else { scanner };
        let origin = Origin::tree("a.txt".into(), "a.txt".into(), Surface::File);
        let found = scanner.scan(&mut scanner.worker(), format!("t {token}\n").as_bytes(), &origin);
        assert_eq!(found.len(), 1, "{found:?}");
        let is_expired = found[0].notes.iter().any(|note| note == "expired");
        assert_eq!(is_expired, found[0].severity == Severity::Low, "{found:?}");
        is_expired
    };
    // Whatever day it is when this test runs.
    let days = [None, Some("2031-05-16"), Some("2031-05-17"), Some("2031-05-18"), Some("2099-01-01")];
    assert_eq!(days.map(confidence), [false, false, false, true, true]);
}

/// What is sealed opens with a key that only the cluster has.
#[test]
fn a_sealed_secret_of_kubernetes_is_none() {
    let scratch = Scratch::new();
    let sealed = |seed| fill("AgB${b64:716}", seed).unwrap();
    let manifest = format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    password: {}\n    \
         token: {}\n    client_secret: {}\n    .dockerconfigjson: {}\n",
        sealed(1),
        sealed(2),
        sealed(3),
        sealed(4)
    );
    scratch.write("deploy/sealed.yaml", manifest);
    let (findings, ..) = scratch.json(&["--confidence", "low"]);
    assert!(findings.is_empty(), "{findings:#?}");
    // The same places do hold secrets.
    scratch
        .write("deploy/open.yaml", format!("stringData:\n  token: {}\n", fill("${b64url:40}", 5).unwrap()));
    assert_eq!(paths(&scratch.json(&[]).0), ["deploy/open.yaml"]);
}

/// A secret of a service is known under the name of the service alone, wherever that stands around it, and takes
/// its other half with it. One that ends in `=` and a line looks like quoted-printable, which is no second finding.
#[test]
fn halves_that_stand_under_the_name_of_the_service_are_one_finding() {
    let scratch = Scratch::new();
    let filled = |text: &str| fill(text, 3).unwrap();
    scratch
        .write("a.yml", filled("twilio:\n  api_key_sid: SK${hex:32}\n  api_key_secret: ${alnum:31}7\n"))
        .write("b.json", filled("{\"plaid\": {\"secret\": \"${hex:30}\", \"clientId\": \"${hex:24}\"}}"))
        .write("c.py", filled("okta.Client(client_id='0oa${alnum:17}', client_secret='${b64url:38}7a')\n"))
        .write(
            "d.yml",
            filled("mailgun:\n  domain: mg.acme-corp.com\n  api_key: ${hex:32}-${hex:8}-${hex:8}\n"),
        )
        .write(
            "e.env",
            filled(
                "AKAMAI_CLIENT_SECRET=${b64:43}=\nAKAMAI_CLIENT_TOKEN=akab-${lowalnum:16}-${lowalnum:16}\n",
            ),
        );
    let (findings, ..) = scratch.json(&["--confidence", "low"]);
    let mut found: Vec<_> = findings
        .iter()
        .filter(|f| f["rule"] != "dotenv-file")
        .map(|f| {
            (f["path"].as_str().unwrap(), f["rule"].as_str().unwrap(), f["parts"].as_array().unwrap().len())
        })
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("a.yml", "twilio-api-key-secret", 1),
            ("b.json", "plaid-secret", 1),
            ("c.py", "okta-client-secret-near", 1),
            ("d.yml", "mailgun-private-key", 1),
            ("e.env", "akamai-edgegrid-secret", 1),
        ]
    );
}

/// A key that only its name tells of may be called `api_key` in the block of its service; the key that a page needs
/// for searching is of low confidence there, too.
#[test]
fn the_block_of_a_service_says_whose_key_it_is() {
    let scratch = Scratch::new();
    let filled = |text: &str| fill(text, 3).unwrap();
    scratch
        .write(
            "a.yml",
            filled("other:\n  id: 1\nsnyk:\n  # The account of the builds.\n  api_token: ${uuid}\n"),
        )
        .write("b.ini", filled("[heroku]\napp = shop\napi_key = ${uuid}\n"))
        .write("c.tf", filled("provider \"shortcut\" {\n  api_token = \"${uuid}\"\n}\n"))
        .write("d.yml", filled("release:\n  api_token: ${uuid}\n"))
        .write("e.js", filled("algolia: {\n  apiKey: '${hex:32}',\n  indexName: 'docs',\n},\n"));
    let (findings, ..) = scratch.json(&["--confidence", "low"]);
    let mut found: Vec<_> =
        findings.iter().map(|f| ["path", "rule", "confidence"].map(|key| f[key].as_str().unwrap())).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ["a.yml", "snyk-api-token", "high"],
            ["b.ini", "heroku-legacy-api-key", "high"],
            ["c.tf", "shortcut-api-token", "high"],
            ["e.js", "algolia-api-key", "low"],
        ]
    );
}

/// An identifier is no finding; beside its secret it is part of one, and so is the token of a session.
#[test]
fn halves_of_one_credential_are_one_finding() {
    let scratch = Scratch::new();
    let filled = |text: &str| fill(text, 3).unwrap();
    let session = |kind: &str, seed| {
        let keys = format!(
            "AWS_ACCESS_KEY_ID={kind}${{set<Q-X>:1}}${{base32:15}}\nAWS_SECRET_ACCESS_KEY=${{b64:40}}\n\
             AWS_SESSION_TOKEN=FwoGZXIvYXdzE${{b64:300}}==\n"
        );
        fill(&keys, seed).unwrap()
    };
    scratch
        .write("session.txt", session("AKIA", 4))
        .write("temporary.txt", session("ASIA", 5))
        .write("search.txt", filled("ALGOLIA_APP_ID=${upalnum:10}\nALGOLIA_ADMIN_KEY=${hex:32}\n"))
        .write(
            "mail.txt",
            filled("MAILGUN_DOMAIN=mg.shop.org\nMAILGUN_API_KEY=${hex:32}-${hex:8}-${hex:8}\n"),
        )
        .write("pair.txt", filled("AUTH0_CLIENT_ID=${alnum:32}\nAUTH0_CLIENT_SECRET=${b64url:64}\n"))
        .write("id.txt", filled("AUTH0_CLIENT_ID=${alnum:32}\n"));
    let (findings, ..) = scratch.json(&["--confidence", "low"]);
    let parts = |path: &str| -> Vec<&str> {
        let [one] = findings.iter().filter(|f| f["path"] == path).collect::<Vec<_>>()[..] else {
            panic!("{path}: {findings:#?}")
        };
        one["parts"].as_array().unwrap().iter().map(|part| part["rule"].as_str().unwrap()).collect()
    };
    assert_eq!(parts("session.txt"), ["aws-secret-access-key", "aws-access-key-id"]);
    assert_eq!(parts("temporary.txt"), ["aws-secret-access-key", "aws-temporary-access-key-id"]);
    assert_eq!(parts("search.txt"), ["algolia-application-id"]);
    assert_eq!(parts("mail.txt"), ["mailgun-domain"]);
    assert_eq!(parts("pair.txt"), ["auth0-client-id"]);
    assert_eq!(findings.len(), 5, "{findings:#?}");
}
