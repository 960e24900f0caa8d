//! What ordinary code says under the name of a secret that is none, each with its neighbour that is one.

use super::confidence::{assert_hidden, assert_shown};

#[test]
fn tokens_that_stand_for_a_payment_open_nothing() {
    for text in [
        "{\"token\": \"${alnum:28}\", \"amount\": 200, \"currency\": \"USD\", \"card\": {\"last4\": \"4242\"}}\n",
        "<transaction><token>${alnum:27}</token><amount>100</amount><payment_method/></transaction>\n",
        "requestToken: \"${alnum:48}\"\nmerchantReferenceCode: 1\namount: 1\npurchaseCurrency: USD\n",
        "xml = '<transaction_token>${alnum:27}</transaction_token>'\n",
        "token = 'cus_${alnum:22}'\n",
        "token_string = 'tok_${alnum:24}'\n",
        "<decision>1</decision><requestToken>${alnum:48}</requestToken><purchaseTotals/>\n",
        "<currency>EUR</currency><card/><amount>1</amount><refundToken>${alnum:30}</refundToken>\n",
    ] {
        assert_hidden("src/answer.txt", text);
    }
    for name in ["access_token", "authToken", "api-token", "gatewayToken"] {
        let text = format!("{{\"{name}\": \"${{alnum:32}}\", \"sum\": 200, \"seats\": 2}}\n");
        assert_shown("src/answer.json", &text, "key-assignment", "high");
    }
    let login =
        "{\"access_token\": \"${alnum:32}\", \"amount\": 1, \"currency\": \"USD\", \"card\": \"x\"}\n";
    assert_shown("src/answer.json", login, "key-assignment", "high");
}

#[test]
fn a_key_inside_of_a_public_one_is_public() {
    for text in [
        "PubKey{ID: \"123\", Key: \"${b64:43}=\"}\n",
        "want: PublicKey{KeyID: nil, Key: String(\"${b64:43}=\")},\n",
        "\"public_key\": {\"id\": 4, \"key\": \"${b64:43}=\"}\n",
        "publishable_api_key: \"${alnum:40}\"\n",
    ] {
        assert_hidden("src/a.go", text);
    }
    assert_shown("src/a.go", "Client{ID: \"123\", Key: \"${b64:43}=\"}\n", "key-assignment", "high");
    let closed = "f(PubKey{ID: 1}, Client{Key: \"${b64:43}=\"})\n";
    assert_shown("src/a.go", closed, "key-assignment", "high");
}

#[test]
fn a_key_with_a_value_beside_it_is_an_entry() {
    assert_hidden("src/a.go", "{Key: \"${lowalnum:60}\", Value: \"quota\"},\n");
    assert_hidden("src/a.json", "\"address\": \"0x${hex:40}\",\n\"key\": \"0x${hex:64}\"\n");
    assert_shown("src/a.go", "{Key: \"${lowalnum:60}\", Name: \"quota\"},\n", "key-assignment", "high");
}

#[test]
fn words_of_some_language_are_no_keys() {
    let text = "{\"server-secret-key\": \"Lw2M-Geheim-9${alpha:9}\u{fc}ssel\"}\n";
    assert_hidden("src/de.json", text);
    assert_shown("src/de.json", &text.replace("\u{fc}ssel", ""), "secret-assignment", "high");
}

#[test]
fn what_a_page_or_a_sender_shows_to_all_is_no_secret() {
    assert_hidden("a.html", "<script data-cf-beacon='{\"token\": \"${hex:32}\"}'></script>\n");
    let signed = "{\"signature\": {\"token\": \"${hex:50}\", \"timestamp\": \"1\", \"signature\": \"x\"}}\n";
    assert_hidden("a.json", signed);
    assert_hidden("a.yml", "auth: ${b64<ann:{SHA}${b64:27}=>}\n");
}

#[test]
fn addresses_of_mails_and_ids_in_urls_are_no_tokens() {
    assert_hidden("a.txt", "message://%3c${alnum:40}@mail.corp-net.io%3e\n");
    assert_hidden("a.txt", "push://${uuid}@push.corp-net.io\n");
    assert_shown("a.py", "x = 'https://${alnum:40}@git.corp-net.io/x'\n", "url-token", "high");
}

#[test]
fn sentences_about_a_password_hold_none() {
    assert_hidden("a.txt", "Password 'thisislong${lower:6}7!' is too short\n");
    assert_hidden("a_test.go", "// the function identified by \"repeat\" is overwritten\n");
    assert_hidden("test/tasks.yml", "- name: Lock account with password parameter\n");
    let sql = "create user ann identified by 'k9!${alnum:8}';\n";
    assert_shown("a.sql", sql, "sql-user-password", "high");
    assert_shown("a.sql", "CREATE USER ann WITH PASSWORD 'k9!${alnum:8}';\n", "password-assignment", "high");
}

#[test]
fn other_arguments_are_no_passwords() {
    for text in [
        "File.expand_path(File.join(pwd, \"output\"))\n",
        "updater.setAccessWithoutCurrentPassword('superuser', true)\n",
        "hash, err := HashPassword(\"password\", \"${alnum:16}\", \"bogus\")\n",
        "f(user, password, \"${alnum:16}\")\n",
    ] {
        assert_hidden("test/a_test.rb", text);
    }
    let define = "define('DB_PASSWORD', 'k9!${alnum:8}');\nset(KEY_STORE_PASSWORD, \"k9!${alnum:8}\");\n";
    assert_eq!(super::confidence::shown("a.php", define).len(), 2);
}

#[test]
fn words_of_a_form_are_no_passwords() {
    for value in [
        "required|confirmed",
        "confirmed",
        "hashed",
        "current_password:custom",
        "Confirmed:passwordConfirmation",
        "{noop}password",
    ] {
        assert_hidden("test/a_test.php", &format!("'password' => '{value}',\n"));
    }
    assert_shown("test/a_test.js", "password: 'hello:pass:w${lower:4}',\n", "password-assignment", "medium");
    assert_hidden("src/a.py", "values[\"ai21_api_key\"] = ai21_api_key\n");
    assert_hidden("src/a.go", "access_key: \"${b64<ACCESS_KEY\r\n>}\"\n");
    let unset = ["String UNSET_PASS", "WORD=\"#$!-UNSET-PASS", "WORD\";\n"].concat();
    assert_hidden("src/A.java", &unset);
    let opens = ["POSTGRES_PASSWORD: postgres", "password\n"].concat();
    assert_shown("compose.yml", &opens, "password-assignment", "high");
}

#[test]
fn stand_ins_in_settings_and_manuals_are_no_passwords() {
    assert_hidden("sample.conf", "##  mongodb://user:auth_key@10.10.3.30:27017,\n");
    assert_hidden("README.md", "default login anonymous password user@domain\n");
    assert_hidden("README.md", "'secret' => '26db${hex:18}xxxxx',\n");
    let command = "docker run -e SCHEMA_PASSWORD=<schema_password> oracle/${lower:9}:12.2.1.3\n";
    assert_hidden("README.md", command);
    assert_hidden("README.md", "ADMIN_PASSWORD=<password>\nDOMAIN_NAME=${lower:8}\n");
}
