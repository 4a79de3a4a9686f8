//! What `cargo xtask` alone says: enough to work with it without opening another page.

pub(crate) const TEXT: &str = "\
cargo xtask: everything a developer of whypaid runs more than once

  cargo xtask test              every check that CI runs; installs what is missing first
  cargo xtask test outage_      only the tests whose name contains `outage_` (several words: any of them)
  cargo xtask setup             only the installing
  cargo xtask pg -- COMMAND     runs COMMAND with a PostgreSQL of its own, gone afterwards
  cargo xtask bench NAME        a measured comparison, built for release; arguments after NAME go to it

Examples

  cargo xtask pg -- cargo nextest run -p store          one crate's tests
  cargo xtask pg -- sh -c 'psql \"$WHYPAID_TEST_PG\"'     look around in an empty database
  cargo xtask bench ingest

What a command run by `test` or `pg` finds in its environment

  WHYPAID_TEST_PG       postgres://… of an empty server; each test makes a database of its own in it
  WHYPAID_TEST_PYTHON   a Python that has Stripe's SDK
  WHYPAID_SHARED        the folder `shared` beside this checkout, when there is one

Everything that is made lives in .tools/ and target/; both may be deleted at any time.";
