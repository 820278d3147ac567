#!/usr/bin/env node
import { addRenetCommands } from '../src/renet/main.ts';
import { addRouterCommands } from '../src/router/main.ts';
import { runProgram } from './run-program.ts';

void runProgram('renet', (program, entry) => {
  addRenetCommands(program, entry);
  addRouterCommands(program, entry);
});
