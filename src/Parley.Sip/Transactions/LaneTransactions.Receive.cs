using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

// What arrives: to the transaction it belongs to, or to the core.
internal sealed partial class LaneTransactions
{
    public void Receive(SipMessage message, in SipFlow flow)
    {
        if (IsStopped || Core.TryPass(message, flow))
            return;
        if (!message.IsRequest)
            ReceiveResponse(message, flow);
        else if (_keys.TryKey(message, out var key))
            ReceiveRequest(message, flow, key);
    }

    // RFC 3261 §17.1.3: the branch of the top Via, and the CSeq method, because a CANCEL shares its INVITE's branch.
    private void ReceiveResponse(SipMessage response, in SipFlow flow)
    {
        if (_clients.Find(ClientKey(response.TopBranch), response.Method) is { } client)
        {
            client.OnResponse(response, flow);
            return;
        }

        Counters.StrayResponses++;
        Core.OnStrayResponse(response, flow);
    }

    private void ReceiveRequest(SipMessage request, in SipFlow flow, UInt128 key)
    {
        var server = _servers.Find(key, request.Method == SipMethod.Ack ? SipMethod.Invite : request.Method);
        if (request.Method == SipMethod.Ack)
            ReceiveAck(server, request, flow);
        else if (server is not null)
            ReceiveAgain(server);
        else if (request.Method == SipMethod.Cancel)
            ReceiveCancel(request, flow, key);
        else
            ReceiveNew(request, flow, key);
    }

    private void ReceiveAck(ServerTransaction? invite, SipMessage ack, in SipFlow flow)
    {
        if (invite is null)
        {
            Core.OnAck(ack, flow);
            return;
        }

        if (invite.State == TransactionState.Confirmed)
            Counters.RetransmissionsIn++;
        invite.Take(ServerInput.Ack, ack);
    }

    private void ReceiveAgain(ServerTransaction server)
    {
        Counters.RetransmissionsIn++;
        server.Take(ServerInput.Repeated);
    }

    // RFC 3261 §9.2: matched as if it were the request it cancels, answered at once, and without effect on what has its final response.
    private void ReceiveCancel(SipMessage cancel, in SipFlow flow, UInt128 key)
    {
        if (IsOverLimit(cancel))
        {
            Refuse(cancel, flow, key);
            return;
        }

        var target = _servers.Find(key);
        var own = Create(cancel, flow, key);
        own.Respond(target is null ? 481 : 200);
        if (target is { IsInvite: true, State: TransactionState.Proceeding })
            target.User?.OnCancel(target, cancel);
    }

    private void ReceiveNew(SipMessage request, in SipFlow flow, UInt128 key)
    {
        if (IsOverLimit(request))
        {
            Refuse(request, flow, key);
            return;
        }

        Create(request, flow, key).Take(ServerInput.Start, request);
    }

    /// <summary>Refuses a request that came before by another path, and notes one that did not.</summary>
    /// <returns>True when it was refused.</returns>
    public bool RefuseMerged(ServerTransaction server, SipMessage request)
    {
        if (!request.ToTag.IsEmpty)
            return false;
        var mergeKey = _keys.MergeKey(request);
        if (_merges.Find(mergeKey) is not null)
        {
            // RFC 3261 §8.2.2.2: the other copy is being answered.
            Counters.Merged++;
            server.Respond(482);
            return true;
        }

        server.MergeKey = mergeKey;
        server.IsInMergeTable = true;
        _merges.Add(server);
        return false;
    }

    private ServerTransaction Create(SipMessage request, in SipFlow flow, UInt128 key)
    {
        var server = _freeServers.TryPop(out var used) ? used : new(this);
        server.Begin(request, flow, key);
        _servers.Add(server);
        Counters.ServersCreated++;
        Counters.Unanswered++;
        if (server.IsInvite)
            Counters.InviteServers++;
        else
            Counters.NonInviteServers++;
        return server;
    }

    private bool IsLate(SipMessage request) => request.Waited > _limits.Wait
        || (Options.Backlog is { Waiting: > 0 } backlog && Options.MaxBacklog > TimeSpan.Zero && backlog.Delay > Options.MaxBacklog);

    // A request of a dialog, and the CANCEL of a call, lighten the load: they are let in longer.
    private bool IsOverLimit(SipMessage request) => request.ToTag.IsEmpty && request.Method != SipMethod.Cancel
        ? Counters.Servers >= _limits.Servers || Counters.Unanswered >= _limits.Unanswered || _lateness.Refuses(IsLate(request), Lane.Now)
        : Counters.Servers >= _limits.ServersInDialog;

    // Without a transaction: what is too much already must not grow by being refused (RFC 3261 §21.5.4).
    private void Refuse(SipMessage request, in SipFlow flow, UInt128 key)
    {
        Counters.Refused++;
        Span<byte> tag = stackalloc byte[ServerTransaction.TagLength];
        WriteTag(key, tag);
        var retryAfter = (int)Math.Ceiling(Options.RetryAfter.TotalSeconds);
        var response = ResponseAssembly.Plain(Pool, request, flow.Remote, 503, default, tag, retryAfter);
        Transport.SendResponse(request, flow, response);
        response.Release();
    }
}
