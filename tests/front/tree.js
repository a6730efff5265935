import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The front end's files, as the binary embeds them. */
export const assets = new URL('../../assets/', import.meta.url);

/** The files below a folder of the assets with their texts. */
export function files(folder, ending) {
  return readdirSync(new URL(`${folder}/`, assets), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => {
      const url = new URL(`file://${join(entry.parentPath ?? entry.path, entry.name)}`);
      return { path: url.pathname.slice(assets.pathname.length), url, text: readFileSync(url, 'utf8') };
    });
}

/** The scripts that are served: all but tests. */
export const scripts = (folder) => files(folder, '.js').filter(({ path }) => !path.endsWith('.test.js'));
