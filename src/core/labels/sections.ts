import type { Options } from './decode.ts';

/** What a container, or several, say of one protocol: options by name. Names are as their authors wrote them. */
export type Section = {
  readonly routers: ReadonlyMap<string, Options>;
  readonly services: ReadonlyMap<string, Options>;
  readonly middlewares: ReadonlyMap<string, Options>;
};

export const EMPTY_SECTION: Section = { routers: new Map(), services: new Map(), middlewares: new Map() };

/** What one container asks for, wrong parts left out. */
export type Declaration = {
  readonly tier: 'auto' | 'labels';
  readonly http: Section;
};
