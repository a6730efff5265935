/** How long anything may take, in ms: nothing that is claimed depends on how quick a machine is. `PATIENCE` is for trying things out. */
export const patience = Number(process.env.PATIENCE ?? 60_000);
