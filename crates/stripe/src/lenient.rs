//! JSON values that never fail for being absent, null or of another type than expected: they are then absent.
//!
//! Each type holds one field of a wire struct. What is not needed now is kept as raw text and read on demand, so a
//! nested object costs no stack and no copy. Only broken JSON syntax is an error.

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Stripe promises that ids are never longer. <https://docs.stripe.com/upgrades>, "backward-compatible changes".
pub(crate) const ID_BYTES_MAX: usize = 255;
/// Elements of one list that are looked at. Stripe embeds at most ten and pages the rest; old versions did not page.
const LIST_MAX: usize = 1000;

/// An id or type as Stripe makes them: printable ASCII without spaces, not empty, not too long.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= ID_BYTES_MAX && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Text worth keeping: bounded in length, without control characters (PostgreSQL refuses NUL), `None` when empty.
pub(crate) fn keep(text: &str, chars_max: usize) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_control()).take(chars_max).collect();
    (!kept.is_empty()).then_some(kept)
}

/// Any JSON value, unread; absent when null.
#[derive(Clone, Copy, Default)]
pub(crate) struct Raw<'a>(Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&'de RawValue>::deserialize(deserializer)?.get();
        Ok(Self((text != "null").then_some(text)))
    }
}

impl<'a> Raw<'a> {
    /// The JSON text; `None` when absent or null.
    pub(crate) fn json(self) -> Option<&'a str> {
        self.0
    }

    /// The JSON text of an object, `{…}`.
    pub(crate) fn object(self) -> Option<&'a str> {
        self.0.filter(|json| json.starts_with('{'))
    }

    /// Reads an object's fields; a struct of nothing when it is not an object.
    pub(crate) fn fields<T: Deserialize<'a> + Default>(self) -> T {
        self.object().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// A whole number that fits `i64`.
    pub(crate) fn int(self) -> Option<i64> {
        self.0?.parse().ok()
    }

    /// A string.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let json = self.0?;
        let inner = json.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            serde_json::from_str(json).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }
}

/// A string.
#[derive(Clone, Default)]
pub(crate) struct Text<'a>(pub(crate) Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer).map(|raw| Self(raw.text()))
    }
}

impl Text<'_> {
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// See [`keep`].
    pub(crate) fn keep(&self, chars_max: usize) -> Option<String> {
        self.get().and_then(|text| keep(text, chars_max))
    }

    pub(crate) fn id(&self) -> Option<String> {
        self.get().filter(|text| is_id(text)).map(str::to_owned)
    }
}

/// Largest number kept: above any amount Stripe takes and any time, and low enough that sums of them cannot overflow.
const INT_MAX: i64 = 1_000_000_000_000_000;

/// A whole number from 0 to [`INT_MAX`]: Stripe's amounts and times are never negative.
#[derive(Clone, Copy, Default)]
pub(crate) struct Int(pub(crate) Option<i64>);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer).map(|raw| Self(raw.int().filter(|n| (0..=INT_MAX).contains(n))))
    }
}

/// True or false.
#[derive(Clone, Copy, Default)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer).map(|raw| Self(raw.0.and_then(|json| json.parse().ok())))
    }
}

impl Flag {
    pub(crate) fn is_true(self) -> bool {
        self.0 == Some(true)
    }
}

/// Another object: by id, expanded, or null.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Reference<'a>(#[serde(borrow)] Raw<'a>);

impl<'a> Reference<'a> {
    /// The object's id, expanded or not.
    pub(crate) fn id(self) -> Option<String> {
        match self.0.text() {
            Some(id) => Text(Some(id)).id(),
            None => self.0.fields::<Identified>().id.id(),
        }
    }

    /// The object itself, if it is here.
    pub(crate) fn expanded(self) -> Raw<'a> {
        Raw(self.0.object())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identified<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

/// Values of a list, which old API versions sent bare and new ones wrap: `[…]` or `{"data": […]}`.
#[derive(Clone, Default)]
pub(crate) struct List<'a>(pub(crate) Vec<Raw<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for List<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer).map(Self::of)
    }
}

impl<'a> List<'a> {
    fn of(raw: Raw<'a>) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Page<'a> {
            #[serde(borrow)]
            data: Raw<'a>,
        }
        let bare = raw.0.filter(|json| json.starts_with('['));
        let json = bare.or_else(|| raw.fields::<Page>().data.0);
        let mut values: Vec<Raw> = json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        values.truncate(LIST_MAX);
        Self(values)
    }

    /// The only value, when there is exactly one and it is a string.
    pub(crate) fn only_text(&self) -> Option<Cow<'a, str>> {
        let [only] = self.0.as_slice() else { return None };
        only.text()
    }
}

/// A struct read in place; its default when the value is no object. Unlike [`Raw::fields`] it costs no second look at
/// the text, so it suits large values whose fields are kept raw.
#[derive(Clone, Copy, Default)]
pub(crate) struct Inline<T>(pub(crate) T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Inline<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InlineVisitor(PhantomData)).map(Self)
    }
}

struct InlineVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for InlineVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(serde::de::value::MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(T::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Sample<'a> {
        int: Int,
        flag: Flag,
        #[serde(borrow)]
        text: Text<'a>,
        reference: Reference<'a>,
        list: List<'a>,
    }

    fn with(json: &str) -> String {
        let body =
            ["int", "flag", "text", "reference", "list"].map(|name| format!("\"{name}\": {json} ")).join(",");
        let body = format!("{{{body}}}");
        let s: Sample = serde_json::from_str(&body).unwrap();
        format!("{:?} {:?} {:?} {:?} {}", s.int.0, s.flag.0, s.text.get(), s.reference.id(), s.list.0.len())
    }

    #[test]
    fn each_type_takes_what_it_can_and_nothing_else() {
        let table = [
            ("null", "None None None None 0"),
            ("-5", "None None None None 0"),
            ("9223372036854775808", "None None None None 0"),
            ("1.0", "None None None None 0"),
            ("1e999", "None None None None 0"),
            ("true", "None Some(true) None None 0"),
            (r#""pi_1""#, r#"None None Some("pi_1") Some("pi_1") 0"#),
            (r#""""#, r#"None None Some("") None 0"#),
            (r#""a\u0020\"b""#, r#"None None Some("a \"b") None 0"#),
            (r#""\ud800""#, "None None None None 0"),
            (r#"{"id": "pi_1", "data": [1, {}]}"#, r#"None None None Some("pi_1") 2"#),
            (r#"{"id": 5, "data": "x"}"#, "None None None None 0"),
            (r#"["pi_1", null]"#, "None None None None 2"),
        ];
        for (json, want) in table {
            assert_eq!(with(json), want, "{json}");
        }
        assert!(serde_json::from_str::<Sample>(r#"{"int": 1x}"#).is_err(), "only broken syntax is an error");
    }

    #[test]
    fn kept_text_is_short_and_printable() {
        assert_eq!(keep("żółw", 2).as_deref(), Some("żó"));
        assert_eq!(keep("a\0b\u{7f}\nc", 9).as_deref(), Some("abc"));
        assert_eq!(keep("\0", 9), None);
        assert!(
            is_id("evt_1")
                && !is_id("")
                && !is_id("a b")
                && !is_id(&"x".repeat(256))
                && is_id(&"x".repeat(255))
        );
    }
}
