//! What rules of gitleaks are called here. A rule of ours may find more or less than its namesake; several
//! of ours may share the work of one.

/// A name of gitleaks, and ours. Names that both share are not listed.
const PAIRS: &str = "
1password-secret-key = onepassword-secret-key
1password-service-account-token = onepassword-service-token
adafruit-api-key = adafruit-io-key
airtable-personnal-access-token = airtable-pat
anthropic-admin-api-key = anthropic-admin-key
anthropic-api-key = anthropic-api-key anthropic-oauth-token
atlassian-api-token = atlassian-api-token atlassian-admin-key
aws-access-token = aws-access-key-id aws-temporary-access-key-id
aws-amazon-bedrock-api-key-long-lived = aws-bedrock-api-key
aws-amazon-bedrock-api-key-short-lived = aws-bedrock-short-key
azure-ad-client-secret = azure-ad-client-secret azure-ad-client-secret-loose
clickhouse-cloud-api-secret-key = clickhouse-cloud-secret
clojars-api-token = clojars-token
cloudflare-api-key = cloudflare-api-token
confluent-secret-key = confluent-secret
contentful-delivery-api-token = contentful-pat
databricks-api-token = databricks-token
datadog-access-token = datadog-public-api-token
defined-networking-api-token = defined-networking-token
digitalocean-access-token = digitalocean-token
digitalocean-pat = digitalocean-token
digitalocean-refresh-token = digitalocean-token
discord-api-token = discord-bot-token
doppler-api-token = doppler-token
dropbox-api-token = dropbox-token
dropbox-long-lived-api-token = dropbox-token
dropbox-short-lived-api-token = dropbox-token
dynatrace-api-token = dynatrace-token
easypost-api-token = easypost-api-key
easypost-test-api-token = easypost-api-key
facebook-page-access-token = facebook-access-token
flyio-access-token = fly-access-token
frameio-api-token = frameio-token
gcp-api-key = google-api-key google-gemini-bound-key
github-app-token = github-app-installation-token github-app-installation-token-stateless github-app-user-token
github-fine-grained-pat = github-pat-fine-grained github-pat-fine-grained-loose
github-oauth = github-oauth-token
github-pat = github-pat-classic
gitlab-cicd-job-token = gitlab-ci-job-token
gitlab-feature-flag-client-token = gitlab-feature-flag-token
gitlab-kubernetes-agent-token = gitlab-agent-token
gitlab-ptt = gitlab-pipeline-trigger-token
gitlab-rrt = gitlab-runner-registration-token
gitlab-runner-authentication-token = gitlab-runner-auth-token
gitlab-runner-authentication-token-routable = gitlab-runner-auth-token
grafana-cloud-api-token = grafana-cloud-token
harness-api-key = harness-pat
hashicorp-tf-api-token = terraform-cloud-token
heroku-api-key-v2 = heroku-api-key
hubspot-api-key = hubspot-private-app-token
huggingface-access-token = huggingface-token
huggingface-organization-api-token = huggingface-org-token
infracost-api-token = infracost-token
jfrog-api-key = artifactory-api-key
jfrog-identity-token = artifactory-reference-token
jwt-base64 = jwt
launchdarkly-access-token = launchdarkly-sdk-key
linear-client-secret = linear-oauth-token
mailgun-private-api-token = mailgun-api-key
mailgun-signing-key = mailgun-api-key
mapbox-api-token = mapbox-secret-token
microsoft-teams-webhook = teams-webhook
netlify-access-token = netlify-token
new-relic-insert-key = newrelic-insights-key
new-relic-user-api-key = newrelic-user-key
notion-api-token = notion-token notion-legacy-token
npm-access-token = npm-access-token npm-access-token-loose
octopus-deploy-api-key = octopus-api-key
openai-api-key = openai-api-key openai-legacy-key
openshift-user-token = openshift-token
plaid-api-token = plaid-access-token plaid-access-token-sandbox
planetscale-api-token = planetscale-token
planetscale-oauth-token = planetscale-token
planetscale-password = planetscale-token
postman-api-token = postman-api-key
prefect-api-token = prefect-token
private-key = private-key github-app-private-key github-app-private-key-file
pulumi-api-token = pulumi-token
pypi-upload-token = pypi-token testpypi-token
readme-api-token = readme-api-key
scalingo-api-token = scalingo-token
sendgrid-api-token = sendgrid-api-key
sendinblue-api-token = brevo-api-key
sentry-access-token = sentry-user-token
settlemint-application-access-token = settlemint-token
settlemint-personal-access-token = settlemint-token
settlemint-service-access-token = settlemint-token
shopify-custom-access-token = shopify-access-token
shopify-private-app-access-token = shopify-access-token
shopify-shared-secret = shopify-app-secret
slack-config-access-token = slack-config-token
slack-legacy-bot-token = slack-bot-token slack-legacy-token
slack-legacy-workspace-token = slack-legacy-token
slack-user-token = slack-user-token slack-session-token
slack-webhook-url = slack-webhook slack-workflow-webhook
sonar-api-token = sonarqube-token sonarcloud-token
sourcegraph-access-token = sourcegraph-token
square-access-token = square-access-token square-oauth-secret
stripe-access-token = stripe-secret-key stripe-test-key
telegram-bot-api-token = telegram-bot-token
twitch-api-token = twitch-stream-key
typeform-api-token = typeform-token
vault-batch-token = vault-batch-token vault-recovery-token
";

/// Our names of a rule of gitleaks; none where no rule of ours does its work.
pub(super) fn ours(gitleaks: &str) -> Vec<String> {
    let pairs = PAIRS.lines().filter_map(|line| line.split_once(" = "));
    if let Some((_, names)) = pairs.into_iter().find(|(theirs, _)| *theirs == gitleaks) {
        return names.split(' ').map(str::to_owned).collect();
    }
    let shared = crate::rule::embedded().iter().filter(|rule| rule.id == gitleaks);
    shared.map(|rule| rule.id.to_owned()).collect()
}

/// The name that a rule of the user's own has here: names are of lower-case letters, digits and dashes.
pub(super) fn own(id: &str) -> String {
    let lower = id.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    if name.is_empty() { "rule".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_of_ours_exist() {
        for line in PAIRS.lines().filter(|line| !line.is_empty()) {
            let (theirs, names) = line.split_once(" = ").unwrap();
            for name in names.split(' ') {
                assert!(crate::rule::embedded().iter().any(|rule| rule.id == name), "{theirs}: {name}");
            }
        }
        assert!(PAIRS.trim().lines().is_sorted());
    }

    #[test]
    fn names_are_found() {
        assert_eq!(ours("github-pat"), ["github-pat-classic"]);
        assert_eq!(ours("jwt"), ["jwt"]);
        assert!(ours("generic-api-key").is_empty());
        assert_eq!(own("My Rule_1"), "my-rule-1");
        assert_eq!(own("é"), "rule");
    }
}
