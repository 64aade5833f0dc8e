/** Accounts of every kind that a stranger may try to find. */

export const DEVICES = `
[phone](!)
host=dynamic
[friend](phone)
type=friend
secret=passfriend
[denied](phone)
type=friend
secret=passdenied
deny=192.0.2.0/24
[hashed](phone)
type=friend
md5secret=0123456789abcdef0123456789abcdef
[silent](phone)
type=friend
secret=passsilent
allowsubscribe=no
[callee](phone)
type=peer
secret=passcallee
[caller](phone)
type=user
secret=passcaller
[fixed]
type=peer
host=198.51.100.40
secret=passfixed
`;
