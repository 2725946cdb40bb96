using Parley.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Testing.Agents;

/// <content>Transfers it asks for, and those it is asked for.</content>
public sealed partial class Agent
{
    private AgentCall? _transferred;
    private AgentCall? _consultation;

    /// <summary>Asks the other side of its current call to call another agent instead (REFER), and waits until that was taken on.</summary>
    /// <exception cref="AgentStateException">It has no call that is answered.</exception>
    /// <exception cref="AgentException">The other side refused.</exception>
    public Task TransferAsync(Agent target, CancellationToken cancel = default) => TransferAsync(AddressOf(target), cancel);

    /// <summary>Asks the other side of its current call to call a URI, or a number in the agent's domain, instead.</summary>
    /// <inheritdoc cref="TransferAsync(Agent, CancellationToken)"/>
    public Task TransferAsync(string target, CancellationToken cancel = default)
    {
        var call = Current();
        Did("transfer", Resolve(target).ToString());
        return call.TransferAsync(target, cancel);
    }

    /// <summary>Holds its current call and calls another agent, to be asked first.</summary>
    /// <exception cref="AgentStateException">It has no call that is answered, or a transfer is pending.</exception>
    /// <exception cref="AgentException">The hold was refused, or the call cannot be made.</exception>
    public Task<AgentCall> AttendedTransferAsync(Agent target, CancellationToken cancel = default) => AttendedTransferAsync(AddressOf(target), cancel);

    /// <summary>Holds its current call and calls a URI, or a number in the agent's domain, to be asked first.</summary>
    /// <returns>The consultation call, whose INVITE has left.</returns>
    /// <inheritdoc cref="AttendedTransferAsync(Agent, CancellationToken)"/>
    public async Task<AgentCall> AttendedTransferAsync(string target, CancellationToken cancel = default)
    {
        var call = Current();
        if (call.State != AgentState.Established)
            throw AgentStateException.Of(Name, "no established call to transfer");
        var uri = Resolve(target).ToString();
        Did("attended_transfer", uri);
        if (!call.Held)
            await call.HoldAsync(cancel).ConfigureAwait(false);
        var consultation = await PlaceAsync(uri, ExtraHeaders, null, cancel).ConfigureAwait(false);
        lock (_gate)
            (_transferred, _consultation) = (call, consultation);
        return consultation;
    }

    /// <summary>Asks the party on hold to take this agent's place with the one it has consulted (REFER with Replaces).</summary>
    /// <exception cref="AgentStateException">No transfer is pending, or a call of it is over.</exception>
    /// <exception cref="AgentException">The party refused.</exception>
    public async Task CompleteTransferAsync(CancellationToken cancel = default)
    {
        var (call, consultation) = Pending();
        if (consultation.State != AgentState.Established)
            throw AgentStateException.Of(Name, "the consultation call is not established");
        Did("complete_transfer", consultation.Peer.Uri);
        await call.TransferAsync(consultation, cancel).ConfigureAwait(false);
        Forget();
    }

    /// <summary>Hangs the consultation up and takes the party on hold back.</summary>
    /// <exception cref="AgentStateException">No transfer is pending.</exception>
    public async Task AbortTransferAsync(CancellationToken cancel = default)
    {
        var (call, consultation) = Pending();
        Did("abort_transfer", null);
        Forget();
        await consultation.HangupAsync(cancel).ConfigureAwait(false);
        if (call is { Held: true, Phase: not CallPhase.Ended })
            await call.ResumeAsync(cancel).ConfigureAwait(false);
    }

    private (AgentCall Call, AgentCall Consultation) Pending()
    {
        RequireOpen();
        lock (_gate)
        {
            if (_transferred is { Phase: not CallPhase.Ended } call && _consultation is { Phase: not CallPhase.Ended } consultation)
                return (call, consultation);
        }

        throw AgentStateException.Of(Name, "no pending attended transfer");
    }

    private void Forget()
    {
        lock (_gate)
            _transferred = _consultation = null;
    }

    // The other side of a call asks for a call to somebody else: that is done as a phone does it, and reported as it goes. The old call is the one who asked's to end.
    private async ValueTask FollowAsync(Parley.Call asked, TransferRequest request)
    {
        if (request.Method != SipMethod.Invite)
        {
            await request.RejectAsync(501).ConfigureAwait(false);
            return;
        }

        await request.AcceptAsync(202).ConfigureAwait(false);
        List<SipHeader> headers = [.. ExtraHeaders, .. request.TargetHeaders];
        if (request.ReferredBy is { } by)
            headers.Add(new SipHeader("Referred-By", by.ToString()));
        try
        {
            var call = await PlaceAsync(
                Resolve(request.Target.ToString()).ToString(), headers, progress => Session.Track(request.ReportAsync(progress.Status, progress.Reason)), CancellationToken.None).ConfigureAwait(false);
            Session.Track(ReportAsync(request, (OutgoingCall)call.Underlying, call));
        }
        catch (AgentException)
        {
            await request.ReportAsync(500).ConfigureAwait(false);
        }
    }

    private static async Task ReportAsync(TransferRequest request, OutgoingCall call, AgentCall made)
    {
        var answered = await made.Answered.ConfigureAwait(false);
        var end = call.End;
        await request.ReportAsync(answered ? 200 : end is { Status: >= 300 } refused ? refused.Status : 487).ConfigureAwait(false);
    }
}
