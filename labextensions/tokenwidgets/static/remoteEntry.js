/**
 * JupyterLab's launcher gets a tile "API Tokens", and the palette the same command.
 *
 * It opens a notebook of two lines, whose kernel shows the application: what the person could do by
 * hand, with the identity and the rights of that kernel. Always the one in the top folder: in a
 * folder that others can write to, a notebook of this name or a tokenwidgets.py may be theirs. There is no build step: this file is the
 * container that JupyterLab's module federation asks for, and takes from it what JupyterLab shares.
 */
(() => {
  const COMMAND = "tokenwidgets:open";
  const NAME = "API Tokens";
  const PATH = `${NAME}.ipynb`;
  const SOURCE = "import tokenwidgets\n\ntokenwidgets.show()";
  const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24">
  <path fill="#1976d2" d="M12 1.5l8.5 3v6.2c0 5.3-3.5 9.3-8.5 11.8-5-2.5-8.5-6.5-8.5-11.8V4.5z"/>
  <path fill="none" stroke="#fff" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"
    d="M12 12.6v5.2M12 15.4h2.3M12 17.8h1.7"/>
  <circle cx="12" cy="9.3" r="2.9" fill="none" stroke="#fff" stroke-width="1.7"/>
</svg>`;
  const NOTEBOOK = {
    cells: [{
      cell_type: "code",
      execution_count: null,
      id: "dashboard",
      metadata: { jupyter: { source_hidden: true } },
      outputs: [],
      source: SOURCE,
    }],
    metadata: {
      kernelspec: { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" },
      language_info: { name: "python" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };

  let shared = {};

  /** A module that JupyterLab shares; nothing if this front end has none of that name. */
  const take = async (name) => {
    const version = Object.values(shared[name] ?? {}).at(-1);
    return version ? (await version.get())() : {};
  };

  /** Whether all that a notebook would run is what this tile runs. */
  const isOurs = (notebook) => notebook?.cells?.every((cell) =>
    cell.cell_type !== "code" || [cell.source].flat().join("") === SOURCE) ?? false;

  /** The notebook, made if there is none; gives whether it may be run. */
  const prepare = async (contents) => {
    const listing = await contents.get("");
    if (listing.content.some((each) => each.path === PATH)) return isOurs((await contents.get(PATH)).content);
    await contents.save(PATH, { type: "notebook", format: "json", content: NOTEBOOK });
    return true;
  };

  const open = async (app) => {
    const ours = await prepare(app.serviceManager.contents);
    const panel = await app.commands.execute("docmanager:open", { path: PATH, factory: "Notebook" });
    await panel.context.ready;
    await panel.sessionContext.ready;
    // Looked at again: what was opened may be another by now.
    if (ours && isOurs(panel.context.model.toJSON())) await app.commands.execute("notebook:run-all-cells");
    return panel;
  };

  const plugin = async () => {
    const [{ ILauncher }, { ICommandPalette }, { LabIcon }] = await Promise.all(
      ["@jupyterlab/launcher", "@jupyterlab/apputils", "@jupyterlab/ui-components"].map(take));
    return {
      id: "tokenwidgets:launcher",
      description: "A tile that opens the API tokens' dashboard.",
      autoStart: true,
      optional: [ILauncher, ICommandPalette].filter(Boolean),
      activate: (app, ...given) => {
        app.commands.addCommand(COMMAND, {
          label: NAME,
          caption: "Administer the API tokens of application users",
          icon: LabIcon && new LabIcon({ name: COMMAND, svgstr: ICON }),
          execute: () => open(app),
        });
        for (const service of given) {
          // The palette's items are objects too, and their category is where they are listed.
          if (service?.addItem) service.addItem({ command: COMMAND, category: "Other" });
          else service?.add?.({ command: COMMAND, category: "Other", rank: 1 });
        }
      },
    };
  };

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB.tokenwidgets = {
    init: (scope) => { shared = scope; },
    get: async () => {
      const found = await plugin();
      return () => ({ __esModule: true, default: found });
    },
  };
})();
