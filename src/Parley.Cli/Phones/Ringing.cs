using System.Collections.Concurrent;
using System.Threading.Channels;
using Parley.Sip.Messages;

namespace Parley.Cli.Phones;

/// <summary>
/// Rings devices until one answers: those of equal preference at once, the less preferred when those have failed (RFC 3261 §16.6, §16.7). Whoever answers first has the call;
/// the others are cancelled. For one caller.
/// </summary>
/// <param name="agent">Dials.</param>
/// <param name="limit">How long it rings in all.</param>
/// <param name="time">The clock of the limit.</param>
internal sealed class Ringing(UserAgent agent, TimeSpan limit, TimeProvider time)
{
    // Each device has a handful of provisional responses; what is beyond would only repeat that it rings.
    private const int MaxProgress = 64;

    private readonly ConcurrentDictionary<Call, PartyIdentity> _legs = new();
    private readonly TaskCompletionSource<Party> _pickedUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _redirections;

    /// <summary>Gives what is to be rung instead when a phone redirects. Default nothing: that phone does not take the call.</summary>
    public Func<PartyIdentity, SipMessage, CancellationToken, ValueTask<IReadOnlyList<RingTarget>>>? Redirect { get; init; }

    /// <summary>Nobody answered, or could be reached: 480 Temporarily Unavailable (RFC 3261 §21.4.18).</summary>
    public const int Unavailable = 480;

    /// <summary>Whom a leg rings; null when it is none of these, or rings no longer.</summary>
    public PartyIdentity? RungBy(Call leg) => _legs.TryGetValue(leg, out var who) ? who : null;

    /// <summary>Somebody else takes the call: they have answered, and nobody is rung any more.</summary>
    /// <returns>False when somebody has answered, or nobody is to be rung any more.</returns>
    public bool TryPickUp(Party comes) => _pickedUp.TrySetResult(comes);

    /// <summary>Rings.</summary>
    /// <param name="targets">The devices.</param>
    /// <param name="told">Told of what happens, one thing after the other.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<RingResult> RunAsync(IReadOnlyList<RingTarget> targets, Func<RingProgress, ValueTask> told, CancellationToken stop)
    {
        using var clock = new CancellationTokenSource(limit, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, clock.Token);
        var progress = Channel.CreateBounded<RingProgress>(new BoundedChannelOptions(MaxProgress) { FullMode = BoundedChannelFullMode.DropWrite });
        var ringing = RunAsync(targets, progress.Writer, over);
        try
        {
            await foreach (var step in progress.Reader.ReadAllAsync(CancellationToken.None))
                await told(step);
        }
        catch
        {
            // Whoever is told cannot go on, e.g. because the caller has left: nobody is to be rung any more, and who has answered is hung up.
            await over.CancelAsync();
            if ((await ringing).Answered is { } answered)
                await answered.ReleaseAsync();
            throw;
        }

        var result = await ringing;
        if (result.Answered is null)
            stop.ThrowIfCancellationRequested();
        return result;
    }

    // Whoever picks the call up has it from that moment on: a device that answers meanwhile is hung up.
    private async Task<RingResult> RunAsync(IReadOnlyList<RingTarget> targets, ChannelWriter<RingProgress> progress, CancellationTokenSource over)
    {
        try
        {
            var ringing = RingAllAsync(targets, progress, over.Token);
            if (await Task.WhenAny(ringing, _pickedUp.Task) != ringing)
                await over.CancelAsync();
            var result = await ringing;
            if (_pickedUp.TrySetCanceled(CancellationToken.None))
                return result;
            if (result.Answered is { } late)
                await late.ReleaseAsync();
            return new(await _pickedUp.Task, 0);
        }
        finally
        {
            progress.TryComplete();
        }
    }

    private async Task<RingResult> RingAllAsync(IReadOnlyList<RingTarget> targets, ChannelWriter<RingProgress> progress, CancellationToken stop)
    {
        var best = 0;
        foreach (var group in targets.GroupBy(target => target.Q).OrderByDescending(group => group.Key))
        {
            var result = await RingGroupAsync([.. group], progress, stop);
            best = BetterStatus(best, result.Status);
            // RFC 3261 §16.7 step 5: nobody is to be tried after a 6xx.
            if (result.Answered is not null || result.Status >= 600 || stop.IsCancellationRequested)
                return result with { Status = best };
        }

        return new(null, best == 0 ? Unavailable : best);
    }

    private async Task<RingResult> RingGroupAsync(IReadOnlyList<RingTarget> group, ChannelWriter<RingProgress> progress, CancellationToken stop)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var legs = group.Select(target => RingOneAsync(target, progress, others.Token)).ToList();
        Party? answered = null;
        var best = 0;
        while (legs.Count > 0)
        {
            var done = await Task.WhenAny(legs);
            legs.Remove(done);
            var result = await done;
            if (result.Answered is { } late && answered is not null)
            {
                // It answered while it was being cancelled.
                await late.ReleaseAsync();
                continue;
            }

            answered ??= result.Answered;
            if (answered is null)
                best = BetterStatus(best, result.Status);
            if (answered is not null || result.Status >= 600)
                await others.CancelAsync();
        }

        return new(answered, best);
    }

    private async Task<RingResult> RingOneAsync(RingTarget target, ChannelWriter<RingProgress> progress, CancellationToken stop)
    {
        var status = Unavailable;
        foreach (var way in target.Ways)
        {
            var result = await RingWayAsync(way, progress, stop);
            if (result.Answered is not null || stop.IsCancellationRequested)
                return result;
            if (result.Redirection is { } redirection && Redirect is { } redirect && Interlocked.Increment(ref _redirections) <= Redirections.Most)
                return await RingAllAsync(await redirect(way.Party, redirection, stop), progress, stop);
            status = result.Status;
            if (!IsUnreached(status))
                return new(null, StatusToPass(status));
            if (way.Failed is { } failed)
                await failed(status);
        }

        return new(null, StatusToPass(status));
    }

    private async Task<RingResult> RingWayAsync(RingWay way, ChannelWriter<RingProgress> progress, CancellationToken stop)
    {
        IDisposable? reservation = null;
        BusyLamps.Lamp? lamp = null;
        OutgoingCall? leg = null;
        var answered = false;
        try
        {
            if (way.Reserve is not null && (reservation = way.Reserve()) is null)
                return new(null, 503);
            leg = await agent.CreateCallAsync(way.Uri, way.Options with { RingTimeout = limit, OnProgress = step => OnProgress(new(leg!, step), lamp, progress) }, stop);
            lamp = way.Lamp?.Invoke(leg);
            _legs[leg] = way.Party;
            answered = await leg.TryInviteAsync(stop);
            if (!answered)
                return new(null, leg.End!.Value.Status) { Redirection = leg.Response is { StatusCode: >= 300 and < 400 } response ? response : null };
            lamp?.Answer(leg.Dialog);
            return new(new Party(leg, way.Party, reservation, lamp), 0);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new(null, Unavailable);
        }
        catch (CallMediaException e)
        {
            return new(null, e.Problem == CallMediaProblem.NoPort ? 503 : 488);
        }
        finally
        {
            if (leg is not null)
                _legs.TryRemove(leg, out _);
            if (!answered)
            {
                if (leg is not null)
                    await leg.DisposeAsync();
                reservation?.Dispose();
                lamp?.Dispose();
            }
        }
    }

    private static void OnProgress(RingProgress step, BusyLamps.Lamp? lamp, ChannelWriter<RingProgress> progress)
    {
        if (step.Leg.Dialog is { } dialog)
            lamp?.Ring(dialog);
        progress.TryWrite(step);
    }

    /// <summary>True for what says that nobody was reached: no answer at all, a flow or connection that is gone (RFC 5626 §5.3.1), an overloaded or broken server.</summary>
    public static bool IsUnreached(int status) => status is 408 or 430 or 500 or 502 or 503 or 504;

    /// <summary>
    /// What the caller is told of a refusal. A redirection that leads nowhere is none of the caller's; a challenge is for us and not for the caller, who has no credentials there; that a server failed or did not
    /// answer is no matter of the caller's (RFC 3261 §16.7 step 6 for 503).
    /// </summary>
    public static int StatusToPass(int status) => status switch
    {
        401 or 407 => 403,
        _ when IsUnreached(status) => Unavailable,
        >= 400 and <= 699 => status,
        _ => Unavailable,
    };

    // RFC 3261 §16.7 step 6: a 6xx goes before everything; then what tells the caller more than that somebody is not there.
    private static int BetterStatus(int one, int other) => Rank(other) > Rank(one) ? other : one;

    private static int Rank(int status) => status switch
    {
        0 => 0,
        Unavailable => 1,
        404 or 410 => 2,
        >= 600 => 5,
        486 => 4,
        _ => 3,
    };
}
