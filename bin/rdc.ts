#!/usr/bin/env node
import { addRdcCommands } from '../src/rdc/main.ts';
import { runProgram } from './run-program.ts';

void runProgram('rdc', addRdcCommands);
