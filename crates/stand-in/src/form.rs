//! Stripe's request parameters: form-encoded, nested by brackets, `line_items[0][price_data][currency]=eur`.
//!
//! Reading takes a parameter out; what is left at the end is unknown, and refused as Stripe refuses it.

use crate::model::Metadata;
use crate::refused::Refused;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parameters of one request.
const PAIRS_MAX: usize = 1000;
/// Brackets in a name.
const DEPTH_MAX: usize = 8;
/// Stripe's limits on metadata. <https://docs.stripe.com/metadata>
const METADATA_KEYS_MAX: usize = 50;
const METADATA_KEY_CHARS_MAX: usize = 40;
const METADATA_VALUE_CHARS_MAX: usize = 500;

#[derive(Debug)]
enum Node {
    Text(String),
    Inner(BTreeMap<String, Node>),
}

/// The parameters at one level.
#[derive(Debug, Default)]
pub(crate) struct Params {
    /// Name of the level, as errors spell it.
    path: String,
    fields: BTreeMap<String, Node>,
}

impl Params {
    /// Reads query strings and bodies alike.
    pub(crate) fn parse(encoded: &[&[u8]]) -> Result<Self, Refused> {
        let mut params = Self::default();
        let pairs = encoded.iter().flat_map(|part| form_urlencoded::parse(part));
        for (count, (name, value)) in pairs.enumerate() {
            if count == PAIRS_MAX {
                return Err(Refused::plain(400, "There are too many parameters."));
            }
            let malformed = || Refused::param(&name, None, format!("Invalid parameter name: {name}"));
            let names = names(&name).ok_or_else(malformed)?;
            insert(&mut params.fields, &names, value.into_owned()).ok_or_else(malformed)?;
        }
        Ok(params)
    }

    fn name(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}[{field}]", self.path) }
    }

    /// A text; an empty one counts as not given, which is how Stripe's clients unset a field.
    pub(crate) fn text(&mut self, field: &str) -> Result<Option<String>, Refused> {
        match self.fields.remove(field) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(Node::Inner(_)) => Err(Refused::param(&self.name(field), None, "Invalid string")),
        }
    }

    /// A text that must be there.
    pub(crate) fn required(&mut self, field: &str) -> Result<String, Refused> {
        let name = self.name(field);
        let message = format!("Missing required param: {name}.");
        self.text(field)?.ok_or_else(|| Refused::param(&name, Some("parameter_missing"), message))
    }

    pub(crate) fn integer(&mut self, field: &str) -> Result<Option<i64>, Refused> {
        let name = self.name(field);
        let invalid = |text: &str| {
            let message = format!("Invalid integer: {text}");
            Refused::param(&name, Some("parameter_invalid_integer"), message)
        };
        let text = self.text(field)?;
        text.map(|text| text.parse().map_err(|_| invalid(&text))).transpose()
    }

    pub(crate) fn boolean(&mut self, field: &str) -> Result<Option<bool>, Refused> {
        let name = self.name(field);
        let invalid = || Refused::param(&name, None, "Invalid boolean");
        let text = self.text(field)?;
        text.map(|text| text.parse().map_err(|_| invalid())).transpose()
    }

    /// The level below, empty when it was not given.
    pub(crate) fn inner(&mut self, field: &str) -> Result<Self, Refused> {
        let path = self.name(field);
        match self.fields.remove(field) {
            None => Ok(Self { path, fields: BTreeMap::new() }),
            Some(Node::Inner(fields)) => Ok(Self { path, fields }),
            Some(Node::Text(text)) if text.is_empty() => Ok(Self { path, fields: BTreeMap::new() }),
            Some(Node::Text(_)) => Err(Refused::param(&path, None, "Invalid object")),
        }
    }

    /// The elements of an array, in the order of their numbers.
    pub(crate) fn list(&mut self, field: &str) -> Result<Vec<Self>, Refused> {
        let mut inner = self.inner(field)?;
        let mut names: Vec<String> = inner.fields.keys().cloned().collect();
        names.sort_by_key(|name| name.parse::<usize>().unwrap_or(usize::MAX));
        names.iter().map(|name| inner.inner(name)).collect()
    }

    /// An array of texts.
    pub(crate) fn texts(&mut self, field: &str) -> Result<Vec<String>, Refused> {
        let mut inner = self.inner(field)?;
        let names: Vec<String> = inner.fields.keys().cloned().collect();
        let texts: Result<Vec<Option<String>>, Refused> = names.iter().map(|name| inner.text(name)).collect();
        Ok(texts?.into_iter().flatten().collect())
    }

    pub(crate) fn metadata(&mut self) -> Result<Metadata, Refused> {
        let mut inner = self.inner("metadata")?;
        let keys: Vec<String> = inner.fields.keys().cloned().collect();
        if keys.len() > METADATA_KEYS_MAX {
            let message = format!("Metadata can have up to {METADATA_KEYS_MAX} keys.");
            return Err(Refused::param(&inner.path, None, message));
        }
        let mut metadata = BTreeMap::new();
        for key in keys {
            let name = inner.name(&key);
            let Some(value) = inner.text(&key)? else { continue };
            if key.chars().count() > METADATA_KEY_CHARS_MAX
                || value.chars().count() > METADATA_VALUE_CHARS_MAX
            {
                let message = format!(
                    "Metadata keys can have up to {METADATA_KEY_CHARS_MAX} characters, values up to {METADATA_VALUE_CHARS_MAX}."
                );
                return Err(Refused::param(&name, None, message));
            }
            metadata.insert(key, value);
        }
        Ok(Arc::new(metadata))
    }

    /// True when any parameter's name begins so.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Takes out parameters that change nothing that is simulated here.
    pub(crate) fn ignore(&mut self, fields: &[&str]) {
        self.fields.retain(|name, _| !fields.contains(&name.as_str()));
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), Refused> {
        let Some(unknown) = self.fields.keys().next() else { return Ok(()) };
        let name = self.name(unknown);
        let message = format!("Received unknown parameter: {name}");
        Err(Refused::param(&name, Some("parameter_unknown"), message))
    }
}

/// `a[b][c]` → a, b, c. An empty name is the next element of an array.
fn names(text: &str) -> Option<Vec<&str>> {
    let Some((first, rest)) = text.split_once('[') else {
        return (!text.contains(']')).then(|| vec![text]);
    };
    let inner = rest.strip_suffix(']')?;
    let names: Vec<&str> = std::iter::once(first).chain(inner.split("][")).collect();
    let clean = names.iter().all(|name| !name.contains(['[', ']']));
    (clean && names.len() <= DEPTH_MAX).then_some(names)
}

fn insert(level: &mut BTreeMap<String, Node>, names: &[&str], value: String) -> Option<()> {
    let (name, rest) = names.split_first()?;
    let name = if name.is_empty() { format!("{:06}", level.len()) } else { (*name).to_owned() };
    if rest.is_empty() {
        level.insert(name, Node::Text(value));
        return Some(());
    }
    match level.entry(name).or_insert_with(|| Node::Inner(BTreeMap::new())) {
        Node::Inner(inner) => insert(inner, rest, value),
        Node::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Params {
        Params::parse(&[text.as_bytes()]).unwrap()
    }

    #[test]
    fn brackets_nest_and_numbers_order() {
        let mut params = parse("a[1][b]=two&a[0][b]=one&expand[]=x&expand[]=y&n=-5&t=true&e=&m%5Bk%5D=v+1");
        let mut list = params.list("a").unwrap();
        assert_eq!(list[0].required("b").unwrap(), "one");
        assert_eq!(list[1].required("b").unwrap(), "two");
        assert_eq!(params.texts("expand").unwrap(), ["x", "y"]);
        assert_eq!(params.integer("n").unwrap(), Some(-5));
        assert_eq!(params.boolean("t").unwrap(), Some(true));
        assert_eq!(params.text("e").unwrap(), None);
        assert_eq!(params.inner("m").unwrap().required("k").unwrap(), "v 1");
        params.finish().unwrap();
    }

    #[test]
    fn errors_name_the_parameter_as_it_was_sent() {
        let mut params = parse("a[0][b]=x&left[over]=1");
        let error = params.list("a").unwrap()[0].integer("b").unwrap_err();
        assert_eq!(error.param.as_deref(), Some("a[0][b]"));
        assert_eq!(params.inner("left").unwrap().finish().unwrap_err().param.as_deref(), Some("left[over]"));
        assert_eq!(parse("x=1").finish().unwrap_err().code, Some("parameter_unknown"));
        for bad in ["a[b=1", "a]b=1", "a=1&a[b]=2", &format!("a{}=1", "[x]".repeat(9))] {
            assert!(Params::parse(&[bad.as_bytes()]).is_err(), "{bad}");
        }
    }

    #[test]
    fn metadata_has_stripes_limits() {
        assert_eq!(parse("metadata[a]=1&metadata[b]=").metadata().unwrap().len(), 1);
        assert!(parse(&format!("metadata[a]={}", "x".repeat(501))).metadata().is_err());
        assert!(parse(&format!("metadata[{}]=1", "x".repeat(41))).metadata().is_err());
        let many: String = (0..51).fold(String::new(), |all, n| format!("{all}metadata[k{n}]=1&"));
        assert!(parse(&many).metadata().is_err());
    }
}
