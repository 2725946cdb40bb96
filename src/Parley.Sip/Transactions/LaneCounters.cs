namespace Parley.Sip.Transactions;

/// <summary>One lane's part of <see cref="TransactionCounters"/>: written on the lane, read from anywhere.</summary>
internal sealed class LaneCounters
{
    public long InviteClients;
    public long NonInviteClients;
    public long InviteServers;
    public long NonInviteServers;
    public long Unanswered;
    public long ClientsCreated;
    public long ServersCreated;
    public long RetransmissionsIn;
    public long RetransmissionsOut;
    public long ClientTimeouts;
    public long ServerTimeouts;
    public long TransportFailures;
    public long Failovers;
    public long SwitchedToTcp;
    public long Refused;
    public long Merged;
    public long StrayResponses;

    public long Clients => InviteClients + NonInviteClients;

    public long Servers => InviteServers + NonInviteServers;

    public TransactionCounters AddTo(in TransactionCounters sum) => new()
    {
        InviteClients = sum.InviteClients + Volatile.Read(ref InviteClients),
        NonInviteClients = sum.NonInviteClients + Volatile.Read(ref NonInviteClients),
        InviteServers = sum.InviteServers + Volatile.Read(ref InviteServers),
        NonInviteServers = sum.NonInviteServers + Volatile.Read(ref NonInviteServers),
        Unanswered = sum.Unanswered + Volatile.Read(ref Unanswered),
        ClientsCreated = sum.ClientsCreated + Volatile.Read(ref ClientsCreated),
        ServersCreated = sum.ServersCreated + Volatile.Read(ref ServersCreated),
        RetransmissionsIn = sum.RetransmissionsIn + Volatile.Read(ref RetransmissionsIn),
        RetransmissionsOut = sum.RetransmissionsOut + Volatile.Read(ref RetransmissionsOut),
        ClientTimeouts = sum.ClientTimeouts + Volatile.Read(ref ClientTimeouts),
        ServerTimeouts = sum.ServerTimeouts + Volatile.Read(ref ServerTimeouts),
        TransportFailures = sum.TransportFailures + Volatile.Read(ref TransportFailures),
        Failovers = sum.Failovers + Volatile.Read(ref Failovers),
        SwitchedToTcp = sum.SwitchedToTcp + Volatile.Read(ref SwitchedToTcp),
        Refused = sum.Refused + Volatile.Read(ref Refused),
        Merged = sum.Merged + Volatile.Read(ref Merged),
        StrayResponses = sum.StrayResponses + Volatile.Read(ref StrayResponses),
    };
}
