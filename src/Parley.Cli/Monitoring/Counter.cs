using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Cli.Monitoring;

/// <summary>A figure of the product at one moment.</summary>
/// <param name="Name">In small letters and underscores, without unit prefix.</param>
/// <param name="Value">The figure.</param>
/// <param name="IsTotal">True when it only grows, false when it is what exists now.</param>
/// <param name="Help">What it counts.</param>
internal readonly record struct Counter(string Name, long Value, bool IsTotal, string Help)
{
    /// <summary>What is in use now: each of these is zero when the last call and its transactions have ended.</summary>
    public static IReadOnlyList<Counter> InUse(UserAgent agent, INetwork network)
    {
        var sip = agent.Endpoint.Counters;
        var net = network.Counters;
        return
        [
            Now("transactions", sip.Transactions.Active, "SIP transactions, those that linger for retransmissions included"),
            Now("dialogs", sip.Dialogs, "SIP dialogs, early and confirmed"),
            Now("calls", sip.IncomingCalls + sip.OutgoingCalls, "Calls being set up or up"),
            Now("ports", agent.Media.Counters.Ports, "Pairs of RTP ports"),
            Now("buffers", net.OutstandingBuffers, "Packet buffers"),
            Now("timers", net.Total.Timers, "Timers waiting"),
        ];
    }

    /// <summary>Everything that is counted.</summary>
    public static IReadOnlyList<Counter> All(UserAgent agent, INetwork network) =>
        [.. InUse(agent, network), .. OfCalls(agent), .. OfTransactions(agent), .. OfTransport(agent), .. OfMedia(agent), .. OfNetwork(network)];

    private static IEnumerable<Counter> OfCalls(UserAgent agent)
    {
        var sip = agent.Endpoint.Counters;
        yield return Now("calls_incoming", sip.IncomingCalls, "Incoming calls");
        yield return Now("calls_outgoing", sip.OutgoingCalls, "Outgoing calls");
        yield return Now("requests_pending", sip.PendingRequests, "Requests of ours without a final response");
        yield return Total("calls_incoming_total", sip.IncomingCallsTotal, "Incoming calls");
        yield return Total("calls_outgoing_total", sip.OutgoingCallsTotal, "Outgoing calls");
        yield return Total("calls_refused_total", sip.CallsRefused, "INVITEs refused with 503");
        yield return Total("requests_refused_total", sip.RequestsRefused, "Requests refused before anybody saw them");
        yield return Total("answers_repeated_total", sip.AnswersRepeated, "200 responses to INVITE sent again for want of an ACK");
        yield return Total("forks_ended_total", sip.ExtraForksEnded, "Second answers to one INVITE that were hung up");
        yield return Total("handler_faults_total", sip.HandlerFaults, "Handlers that failed");
        foreach (var (kind, count) in sip.Ends)
            yield return Total($"calls_ended_{Snake(kind.ToString())}_total", count, $"Calls that ended as {kind}");
    }

    private static IEnumerable<Counter> OfTransactions(UserAgent agent)
    {
        var sip = agent.Endpoint.Counters.Transactions;
        yield return Now("transactions_unanswered", sip.Unanswered, "Server transactions without a final response");
        yield return Total("transactions_client_total", sip.ClientsCreated, "Client transactions");
        yield return Total("transactions_server_total", sip.ServersCreated, "Server transactions");
        yield return Total("retransmissions_received_total", sip.RetransmissionsIn, "Messages received again");
        yield return Total("retransmissions_sent_total", sip.RetransmissionsOut, "Messages sent again");
        yield return Total("transactions_timed_out_total", sip.ClientTimeouts + sip.ServerTimeouts, "Transactions that timed out");
        yield return Total("failovers_total", sip.Failovers, "Requests sent on to a further target");
        yield return Total("transactions_refused_total", sip.Refused, "Requests over the limit on transactions");
        yield return Total("merged_total", sip.Merged, "Requests refused with 482 because they had come before");
        yield return Total("stray_responses_total", sip.StrayResponses, "Responses to nothing");
    }

    private static IEnumerable<Counter> OfTransport(UserAgent agent)
    {
        var sip = agent.Endpoint.Transport.Counters;
        foreach (var transport in Enum.GetValues<SipTransport>())
        {
            yield return Total($"messages_received_{transport.UriToken()}_total", sip.Received(transport), $"Messages received over {transport}");
            yield return Total($"messages_sent_{transport.UriToken()}_total", sip.Sent(transport), $"Messages sent over {transport}");
        }

        yield return Now("connections", sip.ConnectionsOpen, "Connections open");
        yield return Total("connections_accepted_total", sip.Accepted, "Connections accepted");
        yield return Total("connections_opened_total", sip.Connected, "Connections opened");
        yield return Total("connections_failed_total", sip.ConnectFailures, "Connections that could not be opened");
        yield return Total("malformed_answered_total", sip.MalformedAnswered, "Malformed requests that got an answer");
        yield return Total("malformed_dropped_total", sip.MalformedDropped, "Malformed messages dropped");
        yield return Total("oversized_total", sip.Oversized, "Messages over the size limit");
        yield return Total("keep_alives_total", sip.KeepAlives, "Keep-alives received");
        yield return Total("overloaded_total", sip.Overloaded, "Messages refused for want of time");
        yield return Total("send_failures_total", sip.SendFailures, "Messages that could not be sent");
    }

    private static IEnumerable<Counter> OfMedia(UserAgent agent)
    {
        var media = agent.Media.Counters;
        yield return Now("streams", media.Streams, "Audio streams");
        yield return Now("streams_clocked", media.Clocked, "Audio streams on the media clocks");
        yield return Now("playbacks", media.Playing, "Sources being played");
        yield return Now("listeners", media.Listening, "Readers and recorders");
        yield return Now("relays", media.Relays, "Relays between two streams");
    }

    private static IEnumerable<Counter> OfNetwork(INetwork network)
    {
        var net = network.Counters.Total;
        yield return Now("sockets", net.Sockets, "UDP sockets open");
        yield return Now("tickers", net.Tickers, "Media clocks running");
        yield return Total("datagrams_received_total", net.DatagramsIn, "Datagrams received");
        yield return Total("datagrams_sent_total", net.DatagramsOut, "Datagrams sent");
        yield return Total("datagrams_send_dropped_total", net.SendDropped, "Datagrams not sent");
        yield return Total("datagrams_receive_dropped_total", net.ReceiveDropped, "Datagrams thrown away unread");
        yield return Total("datagrams_truncated_total", net.Truncated, "Datagrams cut for their length");
        yield return Total("lane_faults_total", net.Faults, "Exceptions that came out of handlers on lanes");
        yield return Total("ticks_missed_total", net.TicksMissed, "Ticks of a media clock left out");
    }

    private static Counter Now(string name, long value, string help) => new(name, value, false, help);

    private static Counter Total(string name, long value, string help) => new(name, value, true, help);

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
