#!/usr/bin/env node
import { addRenetProgram } from './renet-program.ts';
import { runProgram } from './run-program.ts';

void runProgram('renet', addRenetProgram);
