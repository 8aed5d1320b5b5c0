/** What the family takes of the module's memory, in bytes. */

/**
 * Leiden of a graph of `nodes` nodes and `arcs` arcs (two an edge): the graph, one coarser graph at a time that is at most as large, and the arrays of
 * the nodes. A graph of k-neighbour lists has between n · k and 2 · n · k arcs.
 */
export const leidenBytes = (nodes: number, arcs: number): number => 73 * (nodes + 1) + 16 * arcs + 65_536;
