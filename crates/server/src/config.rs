//! Configuration: `whypaid.toml`, then the environment, which wins. Checked once at start; wrong values are named with
//! the fix.

use serde::Deserialize;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use stripe::Secrets;
use stripe::api::{BACKOFF_FIRST, TRY_TIMEOUT};

/// Read from the working directory when it is there.
pub const FILE: &str = "whypaid.toml";
/// Largest webhook body unless configured: SPEC 9.1.
pub const BODY_BYTES_MAX_DEFAULT: usize = 1024 * 1024;
/// Characters of a seller's name: what fits on a phone.
const SELLER_NAME_CHARS_MAX: usize = 60;
/// Reverse proxies in front at most; a larger number is a mistake.
const PROXIES_MAX: usize = 10;
/// Stripe's own API.
pub const STRIPE_API_BASE_DEFAULT: &str = "https://api.stripe.com";

/// All settings, validated.
#[derive(Clone)]
pub struct Config {
    /// `sqlite://…` or `postgres://…`
    pub database_url: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How clients reach this server, without a trailing slash.
    pub public_url: String,
    /// Who asks to be paid, as clients know them; named on their pages.
    pub seller_name: Option<String>,
    /// Stripe API key, when configured.
    pub stripe_secret_key: Option<String>,
    /// Webhook signing secrets; may be empty.
    pub webhook_secrets: Secrets,
    /// Without `/v1`.
    pub stripe_api_base: String,
    /// Longest wait for one answer of Stripe's; no setting, tests are less patient.
    pub stripe_try_timeout: Duration,
    /// Wait before Stripe is asked again, likewise.
    pub stripe_backoff_first: Duration,
    /// `tracing` filter.
    pub log: String,
    /// One JSON object a line instead of text.
    pub log_json: bool,
    /// Largest webhook body.
    pub body_bytes_max: usize,
    /// Reverse proxies in front whose `X-Forwarded-For` is to be believed.
    pub proxies: usize,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// True when the configured key is for live money: new journeys then are, too (SPEC 9.10).
    pub fn livemode(&self) -> bool {
        self.stripe_secret_key.as_deref().is_some_and(|key| key.contains("_live_"))
    }

    /// True when clients reach this server over TLS.
    pub fn https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The file's keys, and the environment variables they stand for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Raw {
    /// `WHYPAID_DATABASE_URL`
    pub database_url: Option<String>,
    /// `WHYPAID_LISTEN`
    pub listen: Option<String>,
    /// `WHYPAID_PUBLIC_URL`
    pub public_url: Option<String>,
    /// `WHYPAID_SELLER_NAME`
    pub seller_name: Option<String>,
    /// `STRIPE_SECRET_KEY`
    pub stripe_secret_key: Option<String>,
    /// `STRIPE_WEBHOOK_SECRET`
    pub stripe_webhook_secret: Option<String>,
    /// `STRIPE_API_BASE`
    pub stripe_api_base: Option<String>,
    /// `WHYPAID_LOG`
    pub log: Option<String>,
    /// `WHYPAID_LOG_FORMAT`: `text` or `json`
    pub log_format: Option<String>,
    /// `WHYPAID_BODY_LIMIT`, bytes
    pub body_limit: Option<String>,
    /// `WHYPAID_PROXIES`
    pub proxies: Option<String>,
}

/// Every wrong setting, each with its fix.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is not usable:\n{}", .0.iter().map(|e| format!("  - {e}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<String>);

/// Reads the file in the working directory, if any, and the environment.
pub fn load() -> Result<Config, ConfigError> {
    let file = match std::fs::read_to_string(FILE) {
        Ok(text) => parse_file(&text)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Raw::default(),
        Err(error) => return Err(ConfigError(vec![format!("{FILE} cannot be read: {error}")])),
    };
    check(overlay(file, |name| std::env::var(name).ok()))
}

fn parse_file(text: &str) -> Result<Raw, ConfigError> {
    toml::from_str(text).map_err(|error| ConfigError(vec![format!("{FILE}: {error}")]))
}

/// The environment wins over the file. An empty variable counts as not set.
pub fn overlay(file: Raw, env: impl Fn(&str) -> Option<String>) -> Raw {
    let pick =
        |name: &str, from_file: Option<String>| env(name).filter(|v| !v.trim().is_empty()).or(from_file);
    Raw {
        database_url: pick("WHYPAID_DATABASE_URL", file.database_url),
        listen: pick("WHYPAID_LISTEN", file.listen),
        public_url: pick("WHYPAID_PUBLIC_URL", file.public_url),
        seller_name: pick("WHYPAID_SELLER_NAME", file.seller_name),
        stripe_secret_key: pick("STRIPE_SECRET_KEY", file.stripe_secret_key),
        stripe_webhook_secret: pick("STRIPE_WEBHOOK_SECRET", file.stripe_webhook_secret),
        stripe_api_base: pick("STRIPE_API_BASE", file.stripe_api_base),
        log: pick("WHYPAID_LOG", file.log),
        log_format: pick("WHYPAID_LOG_FORMAT", file.log_format),
        body_limit: pick("WHYPAID_BODY_LIMIT", file.body_limit),
        proxies: pick("WHYPAID_PROXIES", file.proxies),
    }
}

/// Validates every setting; all faults at once.
pub fn check(raw: Raw) -> Result<Config, ConfigError> {
    let mut faults = Vec::new();
    let database_url = raw.database_url.unwrap_or_else(|| "sqlite://whypaid.db".to_owned());
    if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database_url.starts_with(scheme)) {
        faults.push("WHYPAID_DATABASE_URL must start with sqlite:// (a file) or postgres://".to_owned());
    }
    let listen = raw.listen.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let address: Option<SocketAddr> = listen.parse().ok();
    if address.is_none() {
        faults.push(format!(
            "WHYPAID_LISTEN is {listen:?}; it must be an address and port such as 127.0.0.1:8080"
        ));
    }
    let address = address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
    let public_url = url("WHYPAID_PUBLIC_URL", raw.public_url, &format!("http://{address}"), &mut faults);
    let stripe_api_base = url("STRIPE_API_BASE", raw.stripe_api_base, STRIPE_API_BASE_DEFAULT, &mut faults);
    if stripe_api_base.ends_with("/v1") {
        faults.push("STRIPE_API_BASE must not end in /v1; it is added".to_owned());
    }
    let seller_name = seller_name(raw.seller_name, &mut faults);
    let stripe_secret_key = raw.stripe_secret_key.map(|key| key.trim().to_owned());
    if stripe_secret_key.as_deref().is_some_and(|key| !key.starts_with("sk_") && !key.starts_with("rk_")) {
        faults.push(
            "STRIPE_SECRET_KEY must start with sk_ or rk_; a pk_ key is the publishable one".to_owned(),
        );
    }
    if stripe_secret_key.as_deref().is_some_and(|key| !key.bytes().all(|b| b.is_ascii_graphic())) {
        faults.push("STRIPE_SECRET_KEY has spaces or characters that no key has; copy it again".to_owned());
    }
    let body_bytes_max = match raw.body_limit.as_deref().map(str::parse::<usize>) {
        None => BODY_BYTES_MAX_DEFAULT,
        Some(Ok(bytes)) if bytes >= 1024 => bytes,
        Some(_) => {
            faults.push("WHYPAID_BODY_LIMIT must be a number of bytes, at least 1024".to_owned());
            BODY_BYTES_MAX_DEFAULT
        }
    };
    let proxies = proxies(raw.proxies.as_deref(), &mut faults);
    let log_json = match raw.log_format.as_deref() {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => {
            faults.push(format!("WHYPAID_LOG_FORMAT is {other:?}; it must be text or json"));
            false
        }
    };
    let log = raw.log.unwrap_or_else(|| "info".to_owned());
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&log) {
        faults.push(format!("WHYPAID_LOG is {log:?}: {error}; try info, debug or warn"));
    }
    if !faults.is_empty() {
        return Err(ConfigError(faults));
    }
    Ok(Config {
        database_url,
        listen: address,
        public_url,
        seller_name,
        stripe_secret_key,
        webhook_secrets: Secrets::parse(raw.stripe_webhook_secret.as_deref().unwrap_or_default()),
        stripe_api_base,
        stripe_try_timeout: TRY_TIMEOUT,
        stripe_backoff_first: BACKOFF_FIRST,
        log,
        log_json,
        body_bytes_max,
        proxies,
    })
}

fn url(name: &str, value: Option<String>, default: &str, faults: &mut Vec<String>) -> String {
    let text = value.unwrap_or_else(|| default.to_owned());
    if !text.starts_with("http://") && !text.starts_with("https://") {
        faults.push(format!("{name} is {text:?}; it must start with http:// or https://"));
    }
    text.trim_end_matches('/').to_owned()
}

fn seller_name(value: Option<String>, faults: &mut Vec<String>) -> Option<String> {
    let name = value?.trim().to_owned();
    if name.chars().count() > SELLER_NAME_CHARS_MAX || name.chars().any(char::is_control) {
        faults.push(format!(
            "WHYPAID_SELLER_NAME must be one line of at most {SELLER_NAME_CHARS_MAX} characters"
        ));
    }
    Some(name).filter(|name| !name.is_empty())
}

fn proxies(value: Option<&str>, faults: &mut Vec<String>) -> usize {
    let count = value.unwrap_or("0").parse().ok().filter(|count| *count <= PROXIES_MAX);
    count.unwrap_or_else(|| {
        faults.push(format!(
            "WHYPAID_PROXIES must be how many reverse proxies stand in front, 0 to {PROXIES_MAX}"
        ));
        0
    })
}

/// A path as SQLite's URL.
pub fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_wins_over_the_file() {
        let file = parse_file("listen = \"127.0.0.1:1\"\nlog = \"warn\"").unwrap();
        let env = |name: &str| (name == "WHYPAID_LISTEN").then(|| "127.0.0.1:2".to_owned());
        let config = check(overlay(file, env)).unwrap();
        assert_eq!((config.listen.port(), config.log.as_str()), (2, "warn"));
        assert_eq!(config.public_url, "http://127.0.0.1:2");
    }

    #[test]
    fn every_wrong_setting_is_named_at_once() {
        let raw = Raw {
            database_url: Some("mysql://x".to_owned()),
            listen: Some("nowhere".to_owned()),
            public_url: Some("example.com".to_owned()),
            seller_name: Some("two\nlines".to_owned()),
            stripe_secret_key: Some("pk_test_1".to_owned()),
            stripe_api_base: Some("http://localhost:1/v1".to_owned()),
            body_limit: Some("1".to_owned()),
            proxies: Some("many".to_owned()),
            log_format: Some("xml".to_owned()),
            log: Some("whypaid=loud".to_owned()),
            ..Raw::default()
        };
        assert_eq!(check(raw).unwrap_err().0.len(), 10);
        assert!(parse_file("lisen = 1").unwrap_err().to_string().contains("lisen"));
    }

    #[test]
    fn the_key_tells_the_mode() {
        let mode = |key: &str| {
            check(Raw { stripe_secret_key: Some(key.to_owned()), ..Raw::default() }).unwrap().livemode()
        };
        assert!(mode("sk_live_1") && mode("rk_live_1") && !mode("sk_test_1"));
    }
}
