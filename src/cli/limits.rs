//! Options that say how far a scan goes into what is encoded or packed.

use clap::Args;
use tokensieve::decode::archive::Limits;
use tokensieve::scanner::Depths;

use super::args::parse_size;

#[derive(Debug, Clone, Args)]
pub(crate) struct LimitArgs {
    /// How many encodings over each other are undone, such as base64 in percent signs; 0 for none
    #[arg(long, value_name = "N", global = true, default_value_t = 3, value_parser = clap::value_parser!(u8).range(..=16))]
    max_decode_depth: u8,
    /// How many archives in each other are opened; 0 for none
    #[arg(long, value_name = "N", global = true, default_value_t = 3, value_parser = clap::value_parser!(u8).range(..=16))]
    max_archive_depth: u8,
    /// How much may come out of one archive, nested ones included
    #[arg(long, value_name = "SIZE", global = true, default_value = "256M", value_parser = parse_size)]
    max_archive_size: u64,
    /// How many files may come out of one archive, nested ones included
    #[arg(long, value_name = "N", global = true, default_value_t = 100_000)]
    max_archive_files: u64,
    /// How many times its packed size a file in an archive may have, from 16M on
    #[arg(long, value_name = "N", global = true, default_value_t = 250)]
    max_archive_ratio: u64,
}

impl LimitArgs {
    /// The same for the scanner.
    pub(crate) fn depths(&self) -> Depths {
        let archive = Limits {
            depth: self.max_archive_depth,
            total: self.max_archive_size,
            entries: self.max_archive_files,
            ratio: self.max_archive_ratio,
        };
        Depths { decode: self.max_decode_depth, archive }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[test]
    fn what_nobody_sets_is_the_default_of_the_library() {
        assert_eq!(Line::parse_from(["x"]).limits.depths(), Depths::default());
    }
}
