#!/usr/bin/env node
import { addRdcProgram } from './rdc-program.ts';
import { runProgram } from './run-program.ts';

void runProgram('rdc', addRdcProgram);
