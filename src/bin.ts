#!/usr/bin/env node
/*
 * Imports nothing before it knows that this Node can parse it: an older one says what it lacks in
 * one sentence, instead of a SyntaxError. So this file keeps to the syntax of Node 14.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) {
  try {
    const { start } = await import('./cli/start.ts');
    await start();
  } catch (error) {
    // All modules are opened at once: a low limit shows here first, before there is any code to say
    // so.
    if (error === null || typeof error !== 'object' || !('code' in error) || error.code !== 'EMFILE') throw error;
    process.stderr.write('error: resumark cannot be loaded: too many open files.\nRaise the limit with ulimit -n 1024.\n');
    process.exitCode = 2;
  }
} else {
  process.stderr.write(`error: resumark needs Node 20.19, 22.12 or newer, but this is Node ${process.versions.node}.\n`);
  process.exitCode = 2;
}
