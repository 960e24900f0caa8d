//! Writes the seeds of each target to `corpus/TARGET/`, which is never committed: they hold whole tokens.

use std::fs;
use std::path::Path;

use tokensieve::fuzzing::TARGETS;

fn main() -> std::io::Result<()> {
    for target in TARGETS {
        let folder = Path::new("corpus").join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
