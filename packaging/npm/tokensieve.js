#!/usr/bin/env node
// Runs the binary that npm installed for this platform, and ends as it ends.
'use strict';

const { spawnSync } = require('node:child_process');
const { constants } = require('node:os');

const platform = `${process.platform}-${process.arch}`;
const file = process.platform === 'win32' ? 'tokensieve.exe' : 'tokensieve';

let binary;
try {
  binary = require.resolve(`@tokensieve/${platform}/bin/${file}`);
} catch {
  console.error(`tokensieve: the package @tokensieve/${platform} is not installed: ` +
    'there is none for this platform, or optional dependencies were left out');
  process.exit(2);
}

const { status, signal, error } = spawnSync(binary, process.argv.slice(2), { stdio: 'inherit' });
if (error) {
  console.error(`tokensieve: ${error.message}`);
}
process.exit(status ?? (signal ? 128 + constants.signals[signal] : 2));
