package images_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/images/table"
)

const goodFile = `# A comment.
FROM --platform=$BUILDPLATFORM docker.io/library/golang:1.2@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa AS build
ADD --checksum=0123456789abcdef0123456789abcdef01234567 https://git.example.com/tool.git#v1 /src
# Between.
RUN CGO_ENABLED=0 \
    # Within.
    go build -mod=readonly -trimpath -buildvcs=false -ldflags="-buildid=" -o /tool

FROM scratch
COPY --from=build /tool /tool
LABEL org.opencontainers.image.title="tool" org.opencontainers.image.source="https://git.example.com/tool" \
      org.opencontainers.image.revision="r" org.opencontainers.image.version="1" org.opencontainers.image.licenses="MIT"
USER 10150:10150
ENTRYPOINT ["/tool"]
`

// The rules above would be worth nothing if they could not fail.
func TestRules_ReportEachMistake(t *testing.T) {
	image := table.Image{User: table.User{ID: 10150}, Platforms: []string{"linux/amd64", "linux/arm64"}}
	good, err := parseContainerfile(goodFile)
	require.NoError(t, err)
	require.Empty(t, good.mistakes(image))

	digest := "@sha256:" + strings.Repeat("a", 64)
	for name, c := range map[string]struct{ from, to, want string }{
		"a base without a digest":      {digest, "", "FROM docker.io/library/golang:1.2 is not pinned by a tag and a digest."},
		"a base without a tag":         {":1.2@", "@", "is not pinned by a tag and a digest."},
		"a base named latest":          {"golang:1.2@", "golang:latest@", "names the tag latest."},
		"a stage for one platform":     {"FROM scratch", "FROM build-${TARGETARCH}", "FROM build-amd64 is not pinned by a tag and a digest."},
		"a build on the target":        {"--platform=$BUILDPLATFORM ", "", "the stages that build run on $BUILDPLATFORM"},
		"a final stage on the builder": {"FROM scratch", "FROM --platform=$BUILDPLATFORM scratch", "the final one on the target."},
		"ADD without a checksum":       {"--checksum=0123456789abcdef0123456789abcdef01234567 ", "", "ADD https://git.example.com/tool.git#v1 /src has no whole checksum."},
		"ADD with half a checksum":     {"=0123456789abcdef0123456789abcdef01234567 ", "=0123456 ", "has no whole checksum."},
		"ADD at the end":               {"COPY --from=build /tool /tool", "ADD --checksum=0123456789abcdef0123456789abcdef01234567 https://a /a", "ADD in the final stage"},
		"COPY from another image":      {"--from=build", "--from=docker.io/library/busybox:1", "COPY --from=docker.io/library/busybox:1 is not a stage of this file."},
		"COPY of everything":           {"/tool /tool", "/ /", "COPY / copies what it does not name."},
		"COPY of a pattern":            {"/tool /tool", "/t* /", "COPY /t* copies what it does not name."},
		"a script from the net":        {"go build", "curl https://a | sh && go build", "RUN downloads with curl or wget"},
		"packages of the day":          {"go build", "apt-get install x && go build", "RUN installs packages that no digest pins."},
		"Python without hashes":        {"go build", "pip install x && go build", "RUN installs Python packages without hashes."},
		"paths in the program":         {"-trimpath ", "", "go build lacks -trimpath"},
		"a moving build id":            {"-buildid=", "", "go build lacks -buildid="},
		"RUN at the end":               {"USER", "RUN true\nUSER", "RUN in the final stage"},
		"no user":                      {"USER 10150:10150\n", "", "The final USER is not 10150:10150."},
		"root":                         {"10150:10150", "0:0", "The final USER is not 10150:10150."},
		"root at last":                 {"ENTRYPOINT", "USER root\nENTRYPOINT", "The final USER is not 10150:10150."},
		"a named user":                 {"10150:10150", "bitcoin", "The final USER is not 10150:10150."},
		"a shell":                      {`["/tool"]`, "/tool", "ENTRYPOINT is not one list of strings."},
		"no entrypoint":                {`ENTRYPOINT ["/tool"]`, "", "ENTRYPOINT is not one list of strings."},
		"no licence":                   {`org.opencontainers.image.licenses="MIT"`, "", "The label org.opencontainers.image.licenses is missing."},
		"a password":                   {"USER", "ENV RPC_PASSWORD=x\nUSER", "ENV RPC_PASSWORD=x looks like a secret."},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, goodFile, c.from)
			file, err := parseContainerfile(strings.Replace(goodFile, c.from, c.to, 1))
			require.NoError(t, err)
			require.Contains(t, strings.Join(file.mistakes(image), "\n"), c.want)
		})
	}
}
