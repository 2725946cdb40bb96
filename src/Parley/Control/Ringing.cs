using System.Collections.Concurrent;
using System.Threading.Channels;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Control;

/// <summary>
/// Rings devices until one answers: those of equal preference at once, the less preferred when those have failed (RFC 3261 §16.6, §16.7). Whoever answers first has the call;
/// the others are cancelled. For one caller.
/// </summary>
/// <param name="agent">Dials.</param>
/// <param name="limit">How long it rings in all.</param>
/// <param name="time">The clock of the limit.</param>
public sealed class Ringing(UserAgent agent, TimeSpan limit, TimeProvider time)
{
    // Each device has a handful of provisional responses; what is beyond would only repeat that it rings.
    private const int MaxProgress = 64;

    private static readonly CallEnd s_nobody = new(CallEndKind.NoAnswer, CallEndParty.Network, 408, "Request Timeout");

    private readonly ConcurrentDictionary<Call, RingWay> _legs = new();
    private readonly TaskCompletionSource<CallLeg> _pickedUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _redirections;

    /// <summary>Gives what is to be rung instead when a phone redirects. Default nothing: that phone does not take the call.</summary>
    public RingRedirect? Redirect { get; init; }

    /// <summary>Redirections followed, of all devices together. Default 5: a chain of forwardings is seldom longer than two, and more is a circle.</summary>
    public int MaxRedirections { get; init; } = 5;

    /// <summary>Nobody answered, or could be reached: 480 Temporarily Unavailable (RFC 3261 §21.4.18).</summary>
    public const int Unavailable = 480;

    /// <summary>The device a leg rings; null when it is none of these, or rings no longer.</summary>
    /// <param name="leg">The leg.</param>
    public RingWay? RungBy(Call leg) => _legs.GetValueOrDefault(leg);

    /// <summary>Somebody else takes the call: they have answered, and nobody is rung any more.</summary>
    /// <param name="comes">Who.</param>
    /// <returns>False when somebody has answered, or nobody is to be rung any more.</returns>
    public bool TryPickUp(CallLeg comes) => _pickedUp.TrySetResult(comes);

    /// <summary>Rings.</summary>
    /// <param name="targets">The devices.</param>
    /// <param name="told">Told of what happens, one thing after the other.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> fired, and nobody had answered.</exception>
    /// <exception cref="ArgumentException">A target is no SIP URI, or has options that cannot be sent.</exception>
    public async Task<RingResult> RunAsync(IReadOnlyList<RingTarget> targets, Func<RingProgress, ValueTask> told, CancellationToken stop)
    {
        using var clock = new CancellationTokenSource(limit, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, clock.Token);
        var progress = Channel.CreateBounded<RingProgress>(new BoundedChannelOptions(MaxProgress) { FullMode = BoundedChannelFullMode.DropWrite });
        var ringing = RunAsync(targets, progress.Writer, over);
        try
        {
            await foreach (var step in progress.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                await told(step).ConfigureAwait(false);
        }
        catch
        {
            // Whoever is told cannot go on, e.g. because the caller has left: nobody is to be rung any more, and who has answered is hung up.
            await over.CancelAsync().ConfigureAwait(false);
            if ((await ringing.ConfigureAwait(false)).Answered is { } answered)
                await answered.ReleaseAsync().ConfigureAwait(false);
            throw;
        }

        var result = await ringing.ConfigureAwait(false);
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
            if (await Task.WhenAny(ringing, _pickedUp.Task).ConfigureAwait(false) != ringing)
                await over.CancelAsync().ConfigureAwait(false);
            var result = await ringing.ConfigureAwait(false);
            if (_pickedUp.TrySetCanceled(CancellationToken.None))
                return result;
            if (result.Answered is { } late)
                await late.ReleaseAsync().ConfigureAwait(false);
            return new(await _pickedUp.Task.ConfigureAwait(false), 0, default);
        }
        finally
        {
            progress.TryComplete();
        }
    }

    private async Task<RingResult> RingAllAsync(IReadOnlyList<RingTarget> targets, ChannelWriter<RingProgress> progress, CancellationToken stop)
    {
        var best = new RingResult(null, 0, s_nobody);
        foreach (var group in targets.GroupBy(target => target.Q).OrderByDescending(group => group.Key))
        {
            var result = await RingGroupAsync([.. group], progress, stop).ConfigureAwait(false);
            if (result.Answered is not null)
                return result;
            best = Better(best, result);
            // RFC 3261 §16.7 step 5: nobody is to be tried after a 6xx.
            if (result.Status >= 600 || stop.IsCancellationRequested)
                break;
        }

        return best.Status == 0 ? best with { Status = Unavailable } : best;
    }

    private async Task<RingResult> RingGroupAsync(IReadOnlyList<RingTarget> group, ChannelWriter<RingProgress> progress, CancellationToken stop)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var legs = group.Select(target => RingOneAsync(target, progress, others.Token)).ToList();
        CallLeg? answered = null;
        var best = new RingResult(null, 0, s_nobody);
        Exception? fault = null;
        while (legs.Count > 0)
        {
            var done = await Task.WhenAny(legs).ConfigureAwait(false);
            legs.Remove(done);
            RingResult result;
            try
            {
                result = await done.ConfigureAwait(false);
            }
            catch (ArgumentException e)
            {
                // What cannot be dialled is the fault of who wanted it; nobody is left ringing for it.
                fault = e;
                await others.CancelAsync().ConfigureAwait(false);
                continue;
            }

            if (result.Answered is { } late && answered is not null)
            {
                // It answered while it was being cancelled.
                await late.ReleaseAsync().ConfigureAwait(false);
                continue;
            }

            answered ??= result.Answered;
            if (answered is null)
                best = Better(best, result);
            if (answered is not null || result.Status >= 600)
                await others.CancelAsync().ConfigureAwait(false);
        }

        if (fault is null)
            return best with { Answered = answered };
        if (answered is not null)
            await answered.ReleaseAsync().ConfigureAwait(false);
        throw fault;
    }

    private async Task<RingResult> RingOneAsync(RingTarget target, ChannelWriter<RingProgress> progress, CancellationToken stop)
    {
        var last = s_nobody;
        foreach (var way in target.Ways)
        {
            var (answered, end, redirection) = await RingWayAsync(way, progress, stop).ConfigureAwait(false);
            if (answered is not null || stop.IsCancellationRequested)
                return new(answered, Unavailable, end);
            if (redirection is not null && Redirect is { } redirect && Interlocked.Increment(ref _redirections) <= MaxRedirections)
                return await RingAllAsync(await redirect(way, redirection, stop).ConfigureAwait(false), progress, stop).ConfigureAwait(false);
            last = end;
            if (!IsUnreached(last.Status))
                break;
            if (way.Failed is { } failed)
                await failed(last.Status).ConfigureAwait(false);
        }

        return new(null, StatusToPass(last.Status), last);
    }

    private async Task<(CallLeg? Answered, CallEnd End, SipMessage? Redirection)> RingWayAsync(RingWay way, ChannelWriter<RingProgress> progress, CancellationToken stop)
    {
        IDisposable? reservation = null;
        ICallIndicator? indicator = null;
        OutgoingCall? leg = null;
        var answered = false;
        try
        {
            if (way.Reserve is not null && (reservation = way.Reserve()) is null)
                return (null, new(CallEndKind.Unreachable, CallEndParty.Local, 503, "Service Unavailable"), null);
            leg = await agent.CreateCallAsync(way.Uri, way.Options with { RingTimeout = limit, OnProgress = step => OnProgress(new(leg!, step), indicator, progress) }, stop).ConfigureAwait(false);
            indicator = way.Indicator?.Invoke(leg);
            _legs[leg] = way;
            progress.TryWrite(new(leg, null));
            answered = await leg.TryInviteAsync(stop).ConfigureAwait(false);
            if (!answered)
                return (null, leg.End!.Value, leg.Response is { StatusCode: >= 300 and < 400 } response ? response : null);
            indicator?.Answer(leg.Dialog);
            return (new RelayedLeg(leg, way.Name, reservation, indicator) { Account = way.Account, Tag = way.Tag }, default, null);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (null, s_nobody, null);
        }
        catch (CallMediaException e)
        {
            return (null, new(CallEndKind.Failed, CallEndParty.Local, e.Problem == CallMediaProblem.NoPort ? 503 : 488, e.Message), null);
        }
        finally
        {
            if (leg is not null)
                _legs.TryRemove(leg, out _);
            if (!answered)
            {
                if (leg is not null)
                    await leg.DisposeAsync().ConfigureAwait(false);
                reservation?.Dispose();
                indicator?.Dispose();
            }
        }
    }

    private static void OnProgress(RingProgress step, ICallIndicator? indicator, ChannelWriter<RingProgress> progress)
    {
        if (step.Leg.Dialog is { } dialog)
            indicator?.Ring(dialog);
        progress.TryWrite(step);
    }

    /// <summary>True for what says that nobody was reached: no answer at all, a flow or connection that is gone (RFC 5626 §5.3.1), an overloaded or broken server.</summary>
    /// <param name="status">Status of a refusal.</param>
    public static bool IsUnreached(int status) => status is 408 or 430 or 500 or 502 or 503 or 504;

    /// <summary>
    /// What the caller is told of a refusal. A redirection that leads nowhere is none of the caller's; a challenge is for us and not for the caller, who has no credentials there; that a server failed or did not
    /// answer is no matter of the caller's (RFC 3261 §16.7 step 6 for 503).
    /// </summary>
    /// <param name="status">Status of a refusal.</param>
    public static int StatusToPass(int status) => status switch
    {
        401 or 407 => 403,
        _ when IsUnreached(status) => Unavailable,
        >= 400 and <= 699 => status,
        _ => Unavailable,
    };

    // RFC 3261 §16.7 step 6: a 6xx goes before everything; then what tells the caller more than that somebody is not there.
    private static RingResult Better(in RingResult one, in RingResult other) => Rank(other.Status) > Rank(one.Status) ? other : one;

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
