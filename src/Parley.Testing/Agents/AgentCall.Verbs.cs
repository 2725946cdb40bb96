using Parley.Media.Rtp;
using Parley.Sip.Messages;
using Parley.Testing.Expectations;
using Parley.Transfers;

namespace Parley.Testing.Agents;

/// <content>What a call can be told. Each verb completes when it is done as far as this side is concerned; none waits for a person.</content>
public sealed partial class AgentCall
{
    // A transfer has five; whoever reports more often does so for ever.
    private const int MaxReports = 64;

    // A verb is answered by a machine, not by a person: what takes longer than this goes on by itself.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Answers it, and waits a moment for the caller to confirm that.</summary>
    /// <exception cref="AgentStateException">It is no incoming call that waits for an answer.</exception>
    /// <exception cref="AgentException">The caller offers no audio that can be had.</exception>
    public async Task AcceptAsync(CancellationToken cancel = default)
    {
        if (Underlying is not IncomingCall incoming || SetupTime is not null || Phase == CallPhase.Ended)
            throw AgentStateException.Of(Agent.Name, "no incoming call to accept");
        var answer = AnswerAsync(incoming);
        await Task.WhenAny(answer, Task.Delay(s_patience, _time, cancel)).ConfigureAwait(false);
        if (answer.IsFaulted)
            await answer.ConfigureAwait(false);
    }

    /// <summary>Refuses an incoming call that was not answered with a status of one's own.</summary>
    /// <param name="status">400–699.</param>
    /// <param name="reason">Reason phrase. Default the standard one.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="AgentStateException">It is no incoming call that waits for an answer.</exception>
    public async Task RejectAsync(int status, string? reason = null, CancellationToken cancel = default)
    {
        if (Underlying is not IncomingCall incoming || SetupTime is not null || Phase == CallPhase.Ended)
            throw AgentStateException.Of(Agent.Name, "no incoming call to reject");
        try
        {
            await incoming.RejectAsync(status, new RejectOptions { Reason = reason }, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CallEndedException or InvalidOperationException)
        {
            // The caller was quicker.
        }

        await EndedAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Ends it, whatever it is: an incoming call that rings is refused with 486, an outgoing one cancelled. Does nothing when it is over.</summary>
    public async Task HangupAsync(CancellationToken cancel = default)
    {
        if (Underlying is IncomingCall && SetupTime is null && Phase is CallPhase.Trying or CallPhase.Ringing or CallPhase.EarlyMedia)
        {
            await RejectAsync(486, null, cancel).ConfigureAwait(false);
            return;
        }

        var ended = Underlying.HangUpAsync(cancel);
        await Task.WhenAny(ended, Task.Delay(s_patience, _time, cancel)).ConfigureAwait(false);
        await EndedAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Puts the other side on hold.</summary>
    /// <exception cref="AgentStateException">It is not answered.</exception>
    /// <exception cref="AgentException">The other side refused.</exception>
    public Task HoldAsync(CancellationToken cancel = default) => ChangeAsync("hold", Underlying.HoldAsync, cancel);

    /// <summary>Ends the hold.</summary>
    /// <exception cref="AgentStateException">It is not answered.</exception>
    /// <exception cref="AgentException">The other side refused.</exception>
    public Task ResumeAsync(CancellationToken cancel = default) => ChangeAsync("resume", Underlying.ResumeAsync, cancel);

    /// <summary>Says nothing from now on, or speaks again.</summary>
    public Task MuteAsync()
    {
        Muted = !Muted;
        ApplyMute();
        return Task.CompletedTask;
    }

    /// <summary>Sends digits, as <see cref="AgentOptions.DtmfMode"/> says, one after the other.</summary>
    /// <param name="digits">0–9, *, #, A–D; white space is left out.</param>
    /// <param name="gap">Pause between digits. Default none besides what a digit needs.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentException">A character is no digit.</exception>
    /// <exception cref="AgentStateException">It has no audio, or ended meanwhile.</exception>
    public async Task DtmfAsync(string digits, TimeSpan? gap = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(digits);
        var wanted = new string([.. digits.Where(c => !char.IsWhiteSpace(c))]);
        if (wanted.FirstOrDefault(c => !"0123456789*#ABCDabcd".Contains(c, StringComparison.Ordinal)) is var wrong and not '\0')
            throw new ArgumentException($"'{wrong}' is no DTMF digit; 0-9, *, # and A-D are.", nameof(digits));
        try
        {
            if (gap is null)
            {
                await SendDigitsAsync(wanted, cancel).ConfigureAwait(false);
                return;
            }

            for (var i = 0; i < wanted.Length; i++)
            {
                if (i > 0)
                    await Task.Delay(gap.Value, _time, cancel).ConfigureAwait(false);
                await SendDigitsAsync(wanted[i].ToString(), cancel).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is CallEndedException or CallMediaException or InvalidOperationException)
        {
            throw AgentStateException.Of(Agent.Name, $"cannot send digits: {e.Message}", e);
        }
    }

    /// <summary>Asks the other side to call somebody else instead (REFER), and waits until it has taken that on; <see cref="LastTransfer"/> tells how it goes on.</summary>
    /// <param name="target">A URI, or a number in the agent's domain.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="AgentStateException">It is not answered.</exception>
    /// <exception cref="AgentException">The other side refused.</exception>
    public Task TransferAsync(string target, CancellationToken cancel = default)
    {
        var uri = Agent.Resolve(target).ToString();
        return AskForTransferAsync(uri, options => Underlying.TransferAsync(uri, options, CancellationToken.None), cancel);
    }

    /// <summary>Asks the other side to take the place of this agent in another call (REFER with Replaces).</summary>
    /// <param name="other">The other call.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="AgentStateException">One of them is not up.</exception>
    /// <exception cref="AgentException">The other side refused.</exception>
    public Task TransferAsync(AgentCall other, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        return AskForTransferAsync(other.Peer.Uri ?? "", options => Underlying.TransferAsync(other.Underlying, options, CancellationToken.None), cancel);
    }

    /// <summary>Waits until it stands somewhere.</summary>
    /// <param name="phase">Where.</param>
    /// <param name="within">How long.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">It did not come there.</exception>
    public Task WaitForAsync(CallPhase phase, TimeSpan within, CancellationToken cancel = default) => Wait.UntilAsync(
        () =>
        {
            if (Phase is var now && now != phase)
                throw new ExpectationException($"{Agent.Name} call", $"equals {phase}", now == CallPhase.Ended ? $"{now} ({Reason})" : now.ToString());
        },
        within, time: _time, cancel: cancel);

    /// <summary>Waits for its end, whoever ends it.</summary>
    public async Task WaitForEndAsync(CancellationToken cancel = default)
    {
        await Underlying.WaitForEndAsync(cancel).ConfigureAwait(false);
        await EndedAsync(cancel).ConfigureAwait(false);
    }

    private async Task AnswerAsync(IncomingCall incoming)
    {
        try
        {
            await incoming.AnswerAsync(Agent.AnswerOptions).ConfigureAwait(false);
            await OpenAudioAsync().ConfigureAwait(false);
            Tell();
        }
        catch (CallEndedException)
        {
            // The caller was quicker; the call's end says so.
        }
        catch (CallMediaException e)
        {
            await RejectAsync(488).ConfigureAwait(false);
            throw AgentException.Of(Agent.Name, $"cannot answer: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw AgentStateException.Of(Agent.Name, "no incoming call to accept", e);
        }
    }

    private async Task ChangeAsync(string verb, Func<CancellationToken, Task> change, CancellationToken cancel)
    {
        if (State != AgentState.Established)
            throw AgentStateException.Of(Agent.Name, $"no established call to {verb}");
        try
        {
            await change(cancel).ConfigureAwait(false);
            Tell();
        }
        catch (CallMediaException e)
        {
            throw AgentException.Of(Agent.Name, $"{verb} failed: {e.Message}", e);
        }
        catch (Exception e) when (e is CallEndedException or InvalidOperationException)
        {
            throw AgentStateException.Of(Agent.Name, $"no established call to {verb}", e);
        }
    }

    private async Task SendDigitsAsync(string digits, CancellationToken cancel)
    {
        var byInfo = Agent.Options.DtmfMode == "info" || (Agent.Options.DtmfMode == "auto" && _stream?.Negotiated?.TelephoneEventPayloadType is null);
        if (byInfo)
            await Underlying.SendInfoDigitsAsync(digits, cancel: cancel).ConfigureAwait(false);
        else
            await Underlying.SendDigitsAsync(digits, new DtmfOptions { InBand = Agent.Options.DtmfMode == "inband" }, cancel).ConfigureAwait(false);
    }

    private async Task AskForTransferAsync(string target, Func<TransferOptions, Task<TransferOutcome>> ask, CancellationToken cancel)
    {
        if (State != AgentState.Established)
            throw AgentStateException.Of(Agent.Name, "no established call to transfer");
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LastTransfer = new TransferStatus(target, 100, "Trying");
        lock (_reports)
            _reports.Clear();
        var options = new TransferOptions
        {
            Mode = TransferMode.ByPhone,
            ReferredBy = Agent.Aor,
            Headers = Agent.ExtraHeaders,
            OnProgress = progress =>
            {
                Reported(new TransferStatus(target, progress.Status, progress.Reason));
                taken.TrySetResult();
            },
        };
        var outcome = FollowTransferAsync(target, ask(options));
        Agent.Session.Track(outcome);
        await Task.WhenAny(taken.Task, outcome, Task.Delay(s_patience, _time, cancel)).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        if (outcome.IsCompleted && !taken.Task.IsCompleted && (await outcome.ConfigureAwait(false)) is { IsSuccess: false } refused)
            throw AgentException.Of(Agent.Name, $"the transfer was refused: {refused.Status} {refused.Reason}");
    }

    private async Task<TransferStatus> FollowTransferAsync(string target, Task<TransferOutcome> transfer)
    {
        try
        {
            var outcome = await transfer.ConfigureAwait(false);
            return Reported(new TransferStatus(target, outcome.Status, outcome.Reason));
        }
        catch (Exception e) when (e is CallEndedException or InvalidOperationException or ArgumentException)
        {
            return Reported(new TransferStatus(target, 487, e.Message));
        }
    }

    private TransferStatus Reported(TransferStatus status)
    {
        lock (_reports)
        {
            if (_reports.Count == MaxReports)
                _reports.RemoveAt(0);
            _reports.Add(status);
        }

        return LastTransfer = status;
    }

    /// <summary>Waits until the end is known to all who ask.</summary>
    private async Task EndedAsync(CancellationToken cancel)
    {
        try
        {
            await Underlying.WaitForEndAsync(cancel).WaitAsync(s_patience, _time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Its end comes with the last answer of the other side.
        }

        Tell();
    }
}
