import { basename } from 'node:path';
import { findProgram } from '../program/find-program.ts';
import { apache } from './apache.ts';
import { caddy } from './caddy.ts';
import { envoy } from './envoy.ts';
import { gnutls } from './gnutls.ts';
import { haproxy } from './haproxy.ts';
import { nginx } from './nginx.ts';
import { openssl } from './openssl.ts';
import type { ServerRecipe } from './recipe.ts';

/** Every make of server that can be started without settings of one's own. */
export const RECIPES: readonly ServerRecipe[] = [nginx, haproxy, apache, caddy, gnutls, openssl, envoy];

/** Names that a recipe is known by; the first that is installed is taken. */
const namesOf = ({ name, programs }: ServerRecipe): readonly string[] => [name.toLowerCase(), ...programs];

/** Finds the recipe of a program that is given by name or path. */
export const recipeOf = (program: string): ServerRecipe | undefined =>
  RECIPES.find((recipe) => namesOf(recipe).includes(basename(program)));

/** The program itself: the one that is named, or what the make is installed as; `undefined` when it is missing. */
export const installedProgram = ({ programs }: ServerRecipe, program: string): string | undefined =>
  program.includes('/') ? findProgram(program) : programs.map(findProgram).find((found) => found !== undefined);
