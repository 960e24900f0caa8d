//! The salt of a baseline. It keeps the hashes of short passwords from being looked up in a table made
//! beforehand, and those of two baselines from being compared.

use std::fmt;
use std::io;
use std::str::FromStr;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::config::hex;

/// 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 16]);

impl Salt {
    /// A salt of these bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// A salt from the system's source of random bytes.
    ///
    /// # Errors
    /// The system has none to give.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|e| io::Error::other(e.to_string()))?;
        Ok(Self(bytes))
    }

    /// The name of a value under a rule: 16 hex digits of HMAC-SHA256 over both.
    pub(super) fn name_of(self, rule: &str, value: &[u8]) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new(); // an HMAC takes a key of any length
        };
        mac.update(rule.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        hex(&mac.finalize().into_bytes()[..8])
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

impl FromStr for Salt {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a salt is 32 hex digits";
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(WRONG);
        }
        let mut bytes = [0; 16];
        for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| WRONG)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_are_read_as_written() {
        let salt = Salt::random().unwrap();
        assert_eq!(salt.to_string().parse(), Ok(salt));
        assert_ne!(salt, Salt::random().unwrap());
        for text in ["", "00", &"g".repeat(32), &"+1".repeat(16), &"é".repeat(16)] {
            assert!(text.parse::<Salt>().is_err());
        }
    }

    #[test]
    fn names_depend_on_salt_rule_and_value() {
        let name = |salt: u8, rule, value: &str| Salt::new([salt; 16]).name_of(rule, value.as_bytes());
        let one = name(1, "a", "b");
        assert_eq!(one.len(), 16);
        // python3: hmac.new(bytes([1]*16), b'a\0b', 'sha256').hexdigest()[:16]
        assert_eq!(one, "af4fdbbb6c8dc285");
        assert!([name(2, "a", "b"), name(1, "b", "b"), name(1, "a", "c")].iter().all(|other| *other != one));
    }
}
