package pdf

// PasswordHash and CBC let tests encrypt documents.
var (
	PasswordHash = passwordHash
	CBC          = cbc
)
