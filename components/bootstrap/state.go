package bootstrap

import "gitlab.com/thinkmassive/satkube/internal/policydoc"

// What Pulumi keeps in a bucket, and when it writes, is what its source says at v3.259.0 (pkg/backend/diy): .pulumi/meta.yaml; the files
// .pulumi/stacks/PROJECT/STACK.json, perhaps with .gz or .bak behind; and folders of stacks below .pulumi/history, .pulumi/backups and .pulumi/locks.
// A preview takes no lock and writes nothing, neither a checkpoint nor history.

// previewState lets a preview list the bucket and read the state of the stacks that are meant for it.
func previewState(a Args, keyARN string) policydoc.Document {
	objects := []string{a.bucketARN() + "/.pulumi/meta.yaml"}
	for _, stack := range a.readableStacks() {
		objects = append(objects, a.bucketARN()+"/.pulumi/stacks/*/"+stack+".json*")
	}
	return policydoc.Of(
		listing(a),
		policydoc.Statement{Sid: "Read", Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: objects},
		policydoc.Statement{Sid: "Decrypt", Effect: "Allow", Action: []string{"kms:Decrypt", "kms:DescribeKey"}, Resource: []string{keyARN}},
	)
}

// deployState lets a deployment work with the state of every stack, and leave that of this one alone: who could rewrite it could have an
// administrator's next run change what guards the account.
func deployState(a Args, keyARN string) policydoc.Document {
	var own []string
	for _, path := range []string{"stacks/*/" + a.Stack + ".json*", "history/*/" + a.Stack + "/*", "backups/*/" + a.Stack + "/*", "locks/*/" + a.Stack + "/*"} {
		own = append(own, a.bucketARN()+"/.pulumi/"+path)
	}
	return policydoc.Of(
		listing(a),
		policydoc.Statement{
			Sid:      "ReadAndWrite",
			Effect:   "Allow",
			Action:   []string{"s3:DeleteObject", "s3:GetObject", "s3:PutObject"},
			Resource: []string{a.bucketARN() + "/.pulumi/*"},
		},
		policydoc.Statement{
			Sid:      "BootstrapIsTheAdministrators",
			Effect:   "Deny",
			Action:   []string{"s3:DeleteObject", "s3:PutObject"},
			Resource: own,
		},
		policydoc.Statement{
			Sid:      "EncryptAndDecrypt",
			Effect:   "Allow",
			Action:   []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"},
			Resource: []string{keyARN},
		},
	)
}

func listing(a Args) policydoc.Statement {
	return policydoc.Statement{
		Sid: "List", Effect: "Allow", Action: []string{"s3:GetBucketLocation", "s3:ListBucket"}, Resource: []string{a.bucketARN()},
	}
}
