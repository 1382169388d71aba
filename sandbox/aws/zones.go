package aws

// zone is an availability zone: its name is the account's view, its id is the same for everyone.
type zone struct{ name, id string }

// zones are a region's availability zones as a new account sees them. A region that is not listed gets three.
func zones(region string) []zone {
	known := map[string]struct {
		short   string
		letters string
	}{
		"us-east-1": {"use1", "abcdef"}, "us-east-2": {"use2", "abc"}, "us-west-1": {"usw1", "ac"}, "us-west-2": {"usw2", "abcd"},
		"eu-west-1": {"euw1", "abc"}, "eu-west-2": {"euw2", "abc"}, "eu-west-3": {"euw3", "abc"}, "eu-central-1": {"euc1", "abc"},
		"eu-north-1": {"eun1", "abc"}, "ap-southeast-1": {"apse1", "abc"}, "ap-southeast-2": {"apse2", "abc"},
		"ap-northeast-1": {"apne1", "acd"}, "ca-central-1": {"cac1", "abd"},
	}
	// Zone ids count on where a letter was withdrawn, and Frankfurt, Tokyo and London number theirs in another order.
	order := map[string][]string{
		"eu-central-1": {"2", "3", "1"}, "eu-west-2": {"2", "3", "1"}, "ap-northeast-1": {"4", "1", "2"}, "us-west-1": {"1", "3"},
		"ap-southeast-2": {"1", "3", "2"}, "ca-central-1": {"1", "2", "4"}, "us-east-1": {"4", "6", "1", "2", "3", "5"},
	}
	r, found := known[region]
	if !found {
		r.short, r.letters = region, "abc"
	}
	var out []zone
	for i, letter := range r.letters {
		number := string(rune('1' + i))
		if o := order[region]; o != nil {
			number = o[i]
		}
		out = append(out, zone{name: region + string(letter), id: r.short + "-az" + number})
	}
	return out
}
