//! Offline verifiers: what a token's own bytes tell about who made it.
//!
//! Takes the bytes of a candidate, gives a [`Checksum`]; asks no network and never panics, whatever the
//! bytes are. *Valid* is said only where a checksum or a full structure was recomputed; formats that
//! merely have a shape end in *none* or *invalid*. Rules name a verifier by its [`Verifier::name`];
//! samples use [`Verifier::complete`] so that no whole token need be written down.
//!
//! One file per family: `crc` (trailing CRC-32, and GitHub's SHA-256), `gitlab`, `azure`, `bech32`,
//! `macaroon`, `json` (whatever hides a JSON object), `structure` (the rest); `text` holds what they share.

mod azure;
mod bech32;
mod crc;
mod gitlab;
mod json;
mod macaroon;
mod nkey;
#[cfg(test)]
mod properties;
mod structure;
#[cfg(test)]
mod tests;
mod text;

pub use structure::aws_account;

/// What [`jwt_weakness`] says of a token that anyone could have written.
pub const UNSIGNED: &str = json::UNSIGNED;

/// Why a JSON web token opens nothing at `now`, in seconds since 1970; `None` if it may.
pub fn jwt_weakness(token: &[u8], now: u64) -> Option<&'static str> {
    json::jwt_weakness(token, now)
}

use crate::finding::Checksum;

/// One way to tell a genuine token from an edited one, under the name that rules call it by.
///
/// Where a fact comes from stands at each entry of the table in this file and at the functions it names:
/// the issuer's own documentation where there is one, else what other scanners and published examples
/// agree on.
#[derive(Debug)]
pub struct Verifier {
    /// What a rule writes into `checksum`, and a sample into its `sum` hole.
    pub name: &'static str,
    /// Judges the bytes of a whole secret, prefix included.
    pub verify: fn(&[u8]) -> Checksum,
    /// Takes a token up to where its checksum starts and gives the rest, so that `verify` says valid.
    /// `None` for formats in which nothing can be recomputed.
    pub complete: Option<fn(&str) -> Option<String>>,
}

/// Every verifier, each name once.
static VERIFIERS: [Verifier; 21] = [
    // GitHub's engineering blog of April 2021, and its documentation of npm's tokens.
    Verifier { name: "github-crc32", verify: crc::github, complete: Some(crc::github_tail) },
    // Undocumented; as kingfisher has it, confirmed on eight published examples.
    Verifier { name: "github-sha256", verify: crc::github_fine, complete: Some(crc::github_fine_tail) },
    // GitLab's source code: the generator of routable tokens.
    Verifier { name: "gitlab-crc32", verify: gitlab::verify, complete: Some(gitlab::tail) },
    // Grafana's source code; published examples.
    Verifier { name: "grafana-crc32", verify: crc::grafana, complete: Some(crc::grafana_tail) },
    // Undocumented; as secretlint and CredSweeper have it.
    Verifier { name: "cloudflare-crc32", verify: crc::cloudflare, complete: Some(crc::cloudflare_tail) },
    // Undocumented; a published example.
    Verifier { name: "atlassian-crc32", verify: crc::atlassian, complete: Some(crc::atlassian_tail) },
    // Undocumented; found by trial on a published example.
    Verifier { name: "canva-crc32", verify: crc::canva, complete: Some(crc::canva_tail) },
    // Undocumented; published examples.
    Verifier { name: "zuplo-crc32", verify: crc::zuplo, complete: Some(crc::zuplo_tail) },
    // Undocumented; a published example.
    Verifier { name: "confluent-crc32", verify: crc::confluent, complete: Some(crc::confluent_tail) },
    // Undocumented; found by trial on published examples.
    Verifier { name: "apify-crc32", verify: crc::apify, complete: Some(crc::apify_tail) },
    // Microsoft's security-utilities: identifiable keys and the seeds published with them.
    Verifier { name: "azure-marvin32", verify: azure::marvin, complete: Some(azure::marvin_tail) },
    // Microsoft's security-utilities: common annotated security keys.
    Verifier { name: "azure-cask", verify: azure::cask, complete: None },
    // PyPI's tokens are macaroons in libmacaroons' binary format, version 2.
    Verifier { name: "pypi-macaroon", verify: macaroon::verify, complete: Some(macaroon::tail) },
    // BIP-173; age's format specification uses it for its keys.
    Verifier { name: "bech32", verify: bech32::verify, complete: Some(bech32::tail) },
    // NATS' source code: the package nkeys.
    Verifier { name: "nkey-crc16", verify: nkey::verify, complete: Some(nkey::tail) },
    // Undocumented; published analyses of AWS key ids.
    Verifier { name: "aws-key-id", verify: structure::aws_key_id, complete: None },
    // RFC 7519 and RFC 7516.
    Verifier { name: "jwt", verify: json::jwt, complete: None },
    // GitHub's changelog of April 2026 on stateless installation tokens.
    Verifier { name: "github-jwt", verify: json::github_jwt, complete: None },
    // Read off the tokens themselves: Grafana Cloud, Sentry, 1Password, Mapbox, TeamCity, Miro.
    Verifier { name: "base64-json", verify: json::base64_json, complete: None },
    // RFC 7617 (basic authentication); JFrog's reference tokens have the same form.
    Verifier { name: "base64-colon", verify: structure::base64_colon, complete: None },
    // Discord's developer documentation: the first part of a bot token is the bot's id.
    Verifier { name: "discord-id", verify: structure::discord_id, complete: None },
];

/// The verifier that a rule calls `name`; the names are those of `rules/README.md`.
pub fn verifier(name: &str) -> Option<&'static Verifier> {
    VERIFIERS.iter().find(|verifier| verifier.name == name)
}

/// Every verifier, in the order of `rules/README.md`; `pem` is not here, since it is no matter of one token.
pub fn all() -> &'static [Verifier] {
    &VERIFIERS
}
