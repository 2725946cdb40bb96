using Parley.Sip.Messages;

namespace Parley.Testing.Agents;

/// <content>Calls that come.</content>
public sealed partial class Agent
{
    private IncomingRule? _rule;

    /// <summary>Sends every caller to another agent from now on (302, with Diversion), until <see cref="StopDeflectAsync"/>.</summary>
    public Task DeflectAsync(Agent target, CancellationToken cancel = default) => DeflectAsync(AddressOf(target), cancel);

    /// <summary>Sends every caller to a URI, or a number in the agent's domain, from now on, until <see cref="StopDeflectAsync"/>.</summary>
    /// <exception cref="AgentException">It is no address.</exception>
    public Task DeflectAsync(string target, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var uri = Resolve(target);
        Did("deflect", uri.ToString());
        Volatile.Write(ref _rule, new DeflectRule(uri, _address));
        return Task.CompletedTask;
    }

    /// <summary>Calls ring again.</summary>
    public Task StopDeflectAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        Did("stop_deflect", null);
        Volatile.Write(ref _rule, null);
        return Task.CompletedTask;
    }

    /// <summary>Answers every call with one and the same response from now on, until <see cref="StopDeflectAsync"/>.</summary>
    /// <param name="code">300–699. A redirection takes its contacts from a <c>Contact</c> among the headers.</param>
    /// <param name="reason">Reason phrase.</param>
    /// <param name="headers">Headers of the response. Default none.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentException">The code is no final refusal, or a text has a line break in it.</exception>
    public Task RespondIncomingAsync(int code, string reason, IReadOnlyDictionary<string, string>? headers = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        cancel.ThrowIfCancellationRequested();
        if (code is < 300 or > 699)
            throw new ArgumentException($"A response to a call that is not answered is 300 to 699, not {code}.", nameof(code));
        if (reason.AsSpan().ContainsAny('\r', '\n'))
            throw new ArgumentException("A reason phrase must not contain a line break.", nameof(reason));
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
        {
            if (value.AsSpan().ContainsAny('\r', '\n'))
                throw new ArgumentException($"header `{name}` must not contain a line break", nameof(headers));
            AgentOptionReader.CheckHeader(name, value);
        }

        var contacts = (headers ?? new Dictionary<string, string>()).Where(one => IsContact(one.Key)).Select(one => one.Value.Trim('<', '>', ' ')).ToList();
        if (code < 400 && contacts.Count == 0)
            throw new ArgumentException("A redirection needs a Contact among its headers.", nameof(headers));
        Did("respond_incoming", $"{code} {reason}");
        SipHeader[] others = [.. (headers ?? new Dictionary<string, string>()).Where(one => !IsContact(one.Key)).Select(one => new SipHeader(one.Key, one.Value))];
        Volatile.Write(ref _rule, new ResponseRule(code, reason, contacts, others));
        return Task.CompletedTask;

        static bool IsContact(string name) => name.Equals("Contact", StringComparison.OrdinalIgnoreCase);
    }

    private async Task TakeAsync(IncomingCall incoming, CancellationToken ended)
    {
        Volatile.Write(ref _lastInvite, incoming.Invite);
        var rule = Volatile.Read(ref _rule);
        var call = Add(incoming, automatic: rule is not null);
        try
        {
            if (incoming.Replaces is { } replaced)
                await TakeOverAsync(call, replaced, ended).ConfigureAwait(false);
            else if (rule is not null)
                await rule.AnswerAsync(incoming).ConfigureAwait(false);
            else
                await incoming.RingAsync(ended).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CallEndedException or OperationCanceledException or InvalidOperationException)
        {
            // The caller was quicker.
        }

        call.Tell();
        await incoming.WaitForEndAsync(CancellationToken.None).ConfigureAwait(false);
        call.Tell();
        await call.CloseAudioAsync().ConfigureAwait(false);
    }

    // RFC 3891 §3: whoever names a dialog of ours exactly takes the place of its other side; nobody has to lift a receiver for that.
    private static async Task TakeOverAsync(AgentCall call, Parley.Call replaced, CancellationToken ended)
    {
        await call.AcceptAsync(ended).ConfigureAwait(false);
        await replaced.HangUpAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
