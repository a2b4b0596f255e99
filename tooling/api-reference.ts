// The API reference: one page for each public entry of the packages, written by typedoc with the options of typedoc.json.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Application, Converter, type ProjectReflection, ReflectionKind, TSConfigReader, TypeDocReader } from "typedoc";
import { mendApiPages } from "./mend-api-pages.ts";

const root = join(import.meta.dirname, "..");

/** Where the committed reference lies. */
export const apiFolder: string = join(root, "docs/api");

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
}

const manifests = readdirSync(join(root, "packages"))
  .toSorted((left, right) => left.localeCompare(right))
  .map((name) => join(root, "packages", name))
  .map((folder) => ({
    folder,
    ...(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest),
  }));

/** What can be imported. Taken from the manifests, so that a new entry is never forgotten. */
const entries = manifests.flatMap(({ folder, name, exports }) =>
  Object.entries(exports)
    .filter(([, source]) => source.endsWith(".ts"))
    .map(([path, source]) => ({ name: name + path.slice(1), id: join(name, source), file: join(folder, source) })),
);

/** Names pages as they are imported, rather than by their files. */
function nameModules(project: ProjectReflection): void {
  const names = new Map(entries.map(({ id, name }) => [id, name]));
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const { packageName = "", packagePath = "" } = project.getSymbolIdFromReflection(module) ?? {};
    module.name = names.get(join(packageName, packagePath)) ?? module.name;
  }
}

/** Types that a package's entries name are in its reference, or among the exceptions of typedoc.json; links lead somewhere. */
function validate(application: Application, project: ProjectReflection): void {
  const { options } = application;
  const exceptions = options.getValue("intentionallyNotExported");
  for (const { name } of manifests) {
    // typedoc looks at the types of one package only.
    project.packageName = name;
    const own = exceptions.filter((exception) => exception.startsWith(`${name}/`));
    options.setValue("intentionallyNotExported", own);
    application.validate(project);
    options.setValue("validation", { ...options.getValue("validation"), invalidLink: false });
  }
}

/** Writes all pages into a folder, which is emptied first. Whatever typedoc warns of fails it. */
export async function writeApiReference(out: string): Promise<void> {
  const entryPoints = entries.map(({ file }) => file);
  const readers = [new TypeDocReader(), new TSConfigReader()];
  const application = await Application.bootstrapWithPlugins({ options: root, entryPoints, out }, readers);
  const { converter, logger } = application;
  const judge = (): void => {
    if (logger.hasErrors() || logger.hasWarnings() || logger.validationWarningCount > 0)
      throw new Error("The API reference has faults: typedoc names them above");
  };

  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => nameModules(project));
  const project = await application.convert();
  if (project === undefined) throw new Error("typedoc cannot read the sources");
  validate(application, project);
  judge();
  await application.generateOutputs(project);
  judge();
  mendApiPages(out);
}

if (import.meta.main) await writeApiReference(process.argv[2] ?? apiFolder);
