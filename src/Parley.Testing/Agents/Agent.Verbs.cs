using System.Globalization;
using Parley.Sip.Registrations;
using Parley.Testing.Audio;

namespace Parley.Testing.Agents;

/// <content>
/// What it can be told. A verb completes when the command has left and what comes back at once has come; it never waits for another agent to be told something. Without a call
/// named, it is about <see cref="CurrentCall"/>.
/// </content>
public sealed partial class Agent
{
    // Redirections a call follows: as many as a chain of forwarded phones has, and no more when they go in a circle.
    private const int MaxRedirects = 5;

    /// <summary>Registers, or renews the registration now. <see cref="Registered"/> tells the outcome.</summary>
    public Task RegisterAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        Did("register", null);
        Registration? known;
        lock (_gate)
        {
            known = _registration;
            if (known is null)
                Enroll(Options.RegInt > 0 ? Options.RegInt : new AgentOptions().RegInt);
        }

        known?.Refresh();
        return Task.CompletedTask;
    }

    /// <summary>Calls another agent at its address of record.</summary>
    /// <returns>The call, whose INVITE has left.</returns>
    /// <exception cref="AgentException">It cannot be made.</exception>
    public Task<AgentCall> DialAsync(Agent target, CancellationToken cancel = default) => DialAsync(AddressOf(target), cancel);

    /// <summary>Calls a URI, or a number in its own domain.</summary>
    /// <param name="target">A text with <c>sip:</c> or <c>@</c> is a URI, everything else a number.</param>
    /// <param name="cancel">Gives up while the call is made ready; for later there is <see cref="HangupAsync"/>.</param>
    /// <returns>The call, whose INVITE has left.</returns>
    /// <exception cref="AgentException">It cannot be made.</exception>
    public Task<AgentCall> DialAsync(string target, CancellationToken cancel = default)
    {
        var uri = Resolve(target).ToString();
        Did("dial", uri);
        return PlaceAsync(uri, ExtraHeaders, null, cancel);
    }

    /// <summary>Answers its newest incoming call that rings.</summary>
    /// <exception cref="AgentStateException">None rings.</exception>
    public Task AcceptAsync(CancellationToken cancel = default)
    {
        RequireOpen();
        var call = ActiveCalls.LastOrDefault(call => call is { IsIncoming: true, State: AgentState.Ringing }) ?? throw AgentStateException.Of(Name, "no incoming call to accept");
        Did("accept", null);
        return call.AcceptAsync(cancel);
    }

    /// <summary>Ends its current call; an incoming one that rings is refused with 486.</summary>
    /// <exception cref="AgentStateException">It has no call.</exception>
    public Task HangupAsync(CancellationToken cancel = default)
    {
        var call = Current();
        Did("hangup", null);
        return call.HangupAsync(cancel);
    }

    /// <summary>Puts the other side of its current call on hold.</summary>
    /// <exception cref="AgentStateException">It has no call that is answered.</exception>
    /// <exception cref="AgentException">The other side refused.</exception>
    public Task HoldAsync(CancellationToken cancel = default)
    {
        var call = Current();
        Did("hold", null);
        return call.HoldAsync(cancel);
    }

    /// <summary>Ends the hold of its current call.</summary>
    /// <exception cref="AgentStateException">It has no call that is answered.</exception>
    /// <exception cref="AgentException">The other side refused.</exception>
    public Task ResumeAsync(CancellationToken cancel = default)
    {
        var call = Current();
        Did("resume", null);
        return call.ResumeAsync(cancel);
    }

    /// <summary>Says nothing in its current call from now on; told once more, it speaks again.</summary>
    /// <exception cref="AgentStateException">It has no call.</exception>
    public Task MuteAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var call = Current();
        Did("mute", null);
        return call.MuteAsync();
    }

    /// <summary>Sends digits in its current call, and waits until the last is out.</summary>
    /// <param name="digits">0–9, *, #, A–D; white space is left out.</param>
    /// <param name="gap">Pause between digits. Default none besides what a digit needs.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentException">A character is no digit.</exception>
    /// <exception cref="AgentStateException">It has no call with audio.</exception>
    public Task DtmfAsync(string digits, TimeSpan? gap = null, CancellationToken cancel = default)
    {
        var call = Current();
        Did("dtmf", digits);
        return call.DtmfAsync(digits, gap, cancel);
    }

    /// <summary>Says something else in its current call. Without a call: in the next one.</summary>
    /// <exception cref="AgentException">The file cannot be played.</exception>
    public async Task SendAudioAsync(AudioSpec audio, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(audio);
        Did("send_audio", audio.ToString());
        NextAudio = CurrentCall is null ? audio : NextAudio;
        if (CurrentCall is { } call)
            await call.SendAudioAsync(audio, cancel).ConfigureAwait(false);
        else if (audio.Path is not null && !File.Exists(audio.Path))
            throw AgentException.Of(Name, $"cannot play `{audio.Path}`: there is no such file");
    }

    private AgentCall Current()
    {
        RequireOpen();
        return CurrentCall ?? throw AgentStateException.Of(Name, "no active call");
    }

    private void Did(string kind, string? detail)
    {
        RequireOpen();
        Session.Tell(new AgentAction(Session.Time.GetUtcNow(), Name, kind, detail));
    }

    private void RequireOpen()
    {
        if (Volatile.Read(ref _closed) != 0)
            throw AgentSession.NotConnected(Name);
    }

    // The INVITE leaves before this completes; what becomes of it is followed by nobody who waits.
    private async Task<AgentCall> PlaceAsync(string uri, IReadOnlyList<Parley.Sip.Messages.SipHeader> headers, Action<CallProgress>? progress, CancellationToken cancel)
    {
        AgentCall? added = null;
        var options = new DialOptions
        {
            Caller = new Parley.Sip.Messages.SipAddress(_address, Options.DisplayName).ToString(),
            UserName = Options.AuthUser ?? Options.Username,
            Password = Options.Password.Length == 0 ? null : Options.Password,
            Proxy = Options.Outbound,
            Headers = headers,
            RingTimeout = TimeSpan.FromSeconds(Options.RingTimeout),
            FollowRedirects = MaxRedirects,
            OnProgress = told =>
            {
                added?.OnProgress(told);
                progress?.Invoke(told);
            },
        };
        try
        {
            var call = await _phone.CreateCallAsync(uri, options, cancel).ConfigureAwait(false);
            added = Add(call);
            var invited = call.TryInviteAsync(CancellationToken.None);
            Session.Track(added.FollowAsync(invited));
            if (invited.IsFaulted)
                await invited.ConfigureAwait(false);
            return added;
        }
        catch (Exception e) when (e is ArgumentException or CallMediaException)
        {
            throw AgentException.Of(Name, string.Create(CultureInfo.InvariantCulture, $"cannot dial `{uri}`: {e.Message}"), e);
        }
    }
}
