/** The control: an idle process that looks every 5 ms, and tells by how much it came late: what the machine alone does. */

const LOOK = 5;
let last = performance.now();
let late = 0;

function look(): void {
  const now = performance.now();
  late = Math.max(late, now - last - LOOK);
  last = now;
}

setInterval(look, LOOK);
process.on('message', () => {
  look();
  process.send!(late);
  late = 0;
});
process.send!('ready');
