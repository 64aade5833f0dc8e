/** How long a text of the dialplan may become, far beyond what an application takes: each step of a loop must stay cheap. */
export const LONGEST = 65_536;
