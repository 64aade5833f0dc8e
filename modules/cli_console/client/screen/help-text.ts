/** What F1 shows. */

export const HELP_TEXT = `The keys of this console

  F1 ... F12     the views at the top; Alt-1 ... Alt-9, Alt-0 do as well
  F10            leaves, as 'exit', Ctrl-C and Ctrl-D on an empty line
  Esc            closes what is open; then changes between the command line
                 and the keys of the view
  :              goes from a view to the command line
  Ctrl-L         draws the screen anew; Ctrl-Z goes to the shell until 'fg'

The command line
  Tab            completes; where there is a choice, a menu tells of each
  Up Down        what was typed before
  Pasted lines   are typed here, from a view too, and run one after the other
  PgUp PgDn      scroll the view, or the answer over it
  /              as the first character: searches the view, or the answer
  Ctrl-A Ctrl-E  to the start, to the end;  Ctrl-U Ctrl-K Ctrl-W  take away
  watch 2 <command>   shows its answer every 2 seconds until Esc
  !command       a shell, in the console that started with the PBX only
  'core show help' lists the commands; '| include x' filters an answer

The log (F2): Esc first, then
  / filter by text   l filter by level   p holds it still   c empties it
  Up Down PgUp PgDn Home End: reading back holds it still, End goes on

Views of rows
  Up Down PgUp PgDn Home End choose a row    Enter shows its details
  / shows only what holds a text, of all there are; Esc shows all again
  < > choose the column to sort by           s turns the order round
  Letters at the bottom do what stands beside them; what can hurt asks first.

Ladders
  Enter shows the message    / chooses what to follow    g keeps its group
  p holds it still           c empties it                Esc, / as everywhere
`;
