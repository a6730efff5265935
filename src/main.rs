//! The `magpie` program: parses its arguments and does what they say.

use std::process::ExitCode;

fn main() -> ExitCode {
    magpie::cli::main()
}
