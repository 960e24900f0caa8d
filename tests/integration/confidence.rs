//! What is shown by default, and how bad it is, of values that no issuer's form tells of.

use serde_json::Value;
use tokensieve::rule::sample::fill;

use super::util::Scratch;

/// Rule and severity of what is shown by default of a file with this text, filled.
pub(super) fn shown(path: &str, text: &str) -> Vec<(String, String)> {
    let scratch = Scratch::new();
    scratch.write(path, fill(text, 7).unwrap());
    let (findings, ..) = scratch.json(&[]);
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings.iter().map(|f| (word(f, "rule"), word(f, "severity"))).collect()
}

pub(super) fn assert_shown(path: &str, text: &str, rule: &str, severity: &str) {
    assert_eq!(shown(path, text), [(rule.to_owned(), severity.to_owned())], "{path}: {text}");
}

pub(super) fn assert_hidden(path: &str, text: &str) {
    assert!(shown(path, text).is_empty(), "{path}: {text} {:?}", shown(path, text));
}

#[test]
fn a_word_that_logs_in_is_one_step_less_severe() {
    assert_shown(
        "test/login_test.go",
        "cfg.Password = \"correct${lower:6}\"\n",
        "password-assignment",
        "medium",
    );
    let word = "cfg.Password = \"correct${lower:6}\"\n";
    assert_shown("src/login.go", word, "password-assignment", "medium");
    for text in [
        "Password: \"12345678\"",
        "Password: \"three\"",
        "Password: \"new_password\"",
        "Pwd: \"block_allow\"",
    ] {
        assert_hidden("test/login_test.go", text);
    }
    for text in ["pwd >expect", "grep \"$USER_PASS\" log", "password=cmdline"] {
        assert_hidden("t/t1020-subdirectory.sh", text);
    }
}

#[test]
fn an_encoded_login_is_one_wherever_it_stands() {
    let header = "r.Header.Set(\"Authorization\", \"Basic ${b64<ann:password>}\")\n";
    assert_shown("src/a.go", header, "basic-auth-header", "medium");
    assert_shown("test/a_test.go", header, "basic-auth-header", "low");
    let header = header.replace("password", "${alnum:12}");
    assert_shown("test/a_test.go", &header, "basic-auth-header", "medium");
    // A client without a secret of its own.
    assert_hidden("src/a.js", "headers: {'Authorization': 'Basic ${b64<browser:>}'}");
}

#[test]
fn a_login_for_a_machine_of_ones_own_is_less_severe_and_an_example_is_none() {
    let url = |host: &str| format!("connect(\"amqp://ann:Zk3${{alnum:9}}@{host}/x\")\n");
    assert_shown("src/a.rs", &url("mq.corp-net.io"), "url-password", "high");
    assert_shown("src/a.rs", &url("localhost:5672"), "url-password", "medium");
    assert_shown("docs/a.md", &url("mq.corp-net.io"), "url-password", "medium");
    assert_hidden("src/a.rs", &url("mq.example.com"));
    // There for the sake of the URL.
    assert_hidden("t/url.c", "check(\"ftp://ann:${lower:4}@host.net/x\");\n");
    for userinfo in ["USERNAME:ACCESS_ID", "ann:accessToken", "ann:pwd1", "ann:my_secret"] {
        assert_hidden("README.md", &format!("DSN=mail://{userinfo}@default\n"));
    }
    assert_shown("compose.yml", "DB: postgres://app:app_password@database/app\n", "url-password", "high");
}

#[test]
fn a_json_web_token_that_opens_nothing_is_less_severe() {
    let token = |header: &str, claims: &str| {
        format!("t = \"${{b64url<{header}>}}.${{b64url<{claims}>}}.${{b64url:43}}\"\n")
    };
    let signed = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    assert_shown("a.py", &token(signed, "{\"sub\":\"u-77123\",\"exp\":1500000000}"), "jwt", "low");
    assert_shown(
        "a.py",
        &token(signed, "{\"iss\":\"https://id.example.com\",\"jti\":\"${hex:8}\"}"),
        "jwt",
        "low",
    );
    assert_hidden("a.py", &token("{\"alg\":\"none\",\"typ\":\"JWT\"}", "{\"sub\":\"u-77123\"}"));
}

#[test]
fn what_a_manual_shows_is_less_severe_and_no_code() {
    assert_shown("docs/setup.md", "export DB_PASSWORD=Zk3${alnum:9}\n", "password-assignment", "medium");
    assert_shown("docs/setup.md", "  APP_SECRET=${hex:32} \\\n", "secret-assignment", "high");
    for text in ["password: user.secret_of)", "password: app.dig(:smtp, x)", "password = @{store:a_b}"] {
        assert_hidden("docs/setup.md", text);
    }
}

#[test]
fn what_a_literal_is_turned_into_has_the_name_before_it() {
    for text in [
        "key := []byte(\"${alnum:32}\")",
        "apiKey: String(\"${alnum:32}\"),",
        "aes_key = bytes.fromhex('${hex:32}')",
        "const secretKey = createSecretKey(Buffer.from('${hex:64}', 'hex'))",
    ] {
        let rules = shown("src/a.go", text);
        assert_eq!(rules.len(), 1, "{text} {rules:?}");
    }
    assert_hidden("src/a.go", "cache := hashOf(\"${alnum:32}\")");
}

#[test]
fn seeds_of_one_time_passwords_are_random_without_a_digit() {
    assert_shown("src/a.ts", "const secret = '${set<J-Z>:16}'\n", "secret-assignment", "high");
    assert_hidden("src/a.ts", "const secret = 'AUTHENTICATIONSECRET'\n");
}

#[test]
fn public_keys_and_lists_of_names_are_no_secrets() {
    assert_hidden("a.conf", "{ nkey: U${base32:55} }\nkey: U${base32:55}\n");
    assert_hidden("test/a_test.go", "keys := []string{\"password\", \"certificate\", \"mode\"}");
    assert_hidden("test/a.py", "fields = ['passwd', 'homedirectory', 'group']");
    assert_hidden("test/a.py", "ok = check_user_password(\"enumeration\", value)");
    assert_hidden("test/a.yml", "update_password: on_create\n");
    assert_hidden("a.yml", "key: /srv/RPM-GPG-KEY-${lowalnum:12}9\n");
    assert_hidden("docs/a.md", "secret: $2y$05$${alnum:53}\n");
}

#[test]
fn a_key_in_tests_is_as_severe_as_an_encrypted_one() {
    let key = "k = \"-----BEGIN EC PRIVATE KEY-----\\n${der:100}\\n-----END EC PRIVATE KEY-----\"\n";
    assert_shown("src/a.go", key, "private-key", "critical");
    let jwk = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"${b64url:43}\",\"d\":\"${b64url:43}\"}\n";
    for path in ["test/a.go", "src/dockerTest/a.go", "src/KeysTest.java", "src/KeyTests.cs"] {
        assert_shown(path, key, "private-key", "medium");
        assert_shown(path, jwk, "jwk-private-key", "medium");
    }
    assert_shown("src/Contest.java", key, "private-key", "critical");
    // Nobody makes an account of Google's up.
    let account = "{\"client_email\": \"a@b.iam.gserviceaccount.com\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\\n${der:900}\\n-----END PRIVATE KEY-----\\n\"}\n";
    assert_shown("test/a.json", account, "gcp-service-account-key", "high");
}

#[test]
fn what_an_application_made_for_itself_is_less_severe_in_tests() {
    let secret = "jwt_secret: \"${alnum:48}\"\n";
    assert_shown("config/app.yml", secret, "jwt-secret", "high");
    assert_shown("spec/app.yml", secret, "jwt-secret", "medium");
    let auth = "{\"auths\": {\"r.corp-net.io\": {\"auth\": \"${b64<deploy:${alnum:18}>}\"}}}\n";
    assert_shown("config.json", auth, "docker-config-auth", "critical");
    assert_shown("spec/config.json", auth, "docker-config-auth", "high");
}

#[test]
fn a_word_with_a_nought_in_it_is_no_name() {
    assert_shown("compose.yml", "- SA_PASSWORD=S0meHard${alpha:4}Password\n", "password-assignment", "high");
    assert_hidden("src/a.js", "password: 'oauth2Password',\n");
}

#[test]
fn commands_that_take_a_password() {
    for text in [
        "sqlcmd -S db -U sa -P 'k9!${alnum:8}' -Q 'select 1'\n",
        "openssl pkcs12 -in a.p12 -passin pass:k9${alnum:8} -out b.pem\n",
        "keytool -genkey -alias a -storepass k9${alnum:8}\n",
        "mariadb-admin ping -P 3306 -pk9${alnum:8}\n",
        "redis-cli -h db -a k9${alnum:8} ping\n",
    ] {
        assert_shown("run.sh", text, "command-line-password", "high");
    }
    for text in [
        "openssl rsa -passin pass:$PASS -in x.pem\n",
        "keytool -storepass \"$STORE\" -list\n",
        "sqlcmd -S db -U sa -P $PW\n",
        "redis-cli -h db --latency\n",
    ] {
        assert_hidden("run.sh", text);
    }
}
