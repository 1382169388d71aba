package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

// Rules returns the rules of the domain bitcoin: one lnd over one seed, its state, its secrets, the life of the nodes, the networks,
// and who may reach the nodes.
func Rules() []pack.Rule {
	return []pack.Rule{
		lndSingleReplica, lndIsStatefulSet, noAutoscalerOnNodes, volumeReadWriteOncePod, drainNeedsAPerson, lndStopGrace,
		lndLivenessIndependent,

		nodeDataOnAClaim, volumeRetained, volumeProtected, claimsOutliveStatefulSet, networkFilesystemRefused, noSnapshotOfLnd,
		lndVolumeStartsEmpty, lndClaimOutOfBackups, lndWatchesItsDisk, lndDatabaseChosen,

		seedNeverInClear, noNoSeedBackup, walletSecretImmutable, lndMacaroonsRequired, bitcoindWithoutWallet, nodesDigestPinned,

		bitcoindSingleReplica, singletonOnDelete, bitcoindStopGrace, bitcoindLivenessIsTCP, startupBudget, explicitDBCache,
		txindexOrPrune, lndWaitsForBitcoind, lndHealthcheckOutlives, bitcoindKeepsItsAddress, nodesNotDisrupted,

		oneNetworkPerNamespace, networksWithMoneyApart, mainnetRefusesSpot,

		rpcNotExposed, zmqNotExposed, lndRPCNotExposed, noPlainRPCPassword, rpcWhitelists, rpcAllowsPrivateAddresses, bitcoindNatpmpOff,
	}
}
