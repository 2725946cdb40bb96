using System.Collections.Frozen;
using Parley.Net;
using Parley.Services.Accounts;
using Parley.Services.Locations;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Admission;

/// <summary>
/// Digest authentication of requests against the accounts of the domains served (RFC 3261 §22, RFC 7616, RFC 8760). The realm is the domain: of the To header in a REGISTER,
/// else of From. May be used from any thread.
/// </summary>
public sealed class AdmissionService : IAdmission
{
    private readonly AccountDirectory _accounts;
    private readonly ServedDomains _domains;
    private readonly SourceGuard? _guard;
    private readonly NetworkRange[] _trusted;
    private readonly FrozenDictionary<string, Realm> _realms;

    /// <summary>Makes the service.</summary>
    /// <param name="accounts">Who exists.</param>
    /// <param name="domains">The domains served; each is a realm.</param>
    /// <param name="guard">Told of failures, so that who guesses is banned; null for nobody.</param>
    /// <param name="options">Algorithms, times, trusted networks. Default: that type's defaults.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    /// <exception cref="ArgumentException">No algorithm is offered, or a domain cannot be a realm.</exception>
    public AdmissionService(AccountDirectory accounts, ServedDomains domains, SourceGuard? guard = null, AdmissionOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        ArgumentNullException.ThrowIfNull(domains);
        _accounts = accounts;
        _domains = domains;
        _guard = guard;
        options ??= new();
        time ??= TimeProvider.System;
        _trusted = [.. options.Trusted];
        _realms = domains.Names.Distinct().ToFrozenDictionary(name => name, name => new Realm(name, options, time));
    }

    /// <inheritdoc/>
    public ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (IsTrusted(flow.Remote))
            return new(default(AdmissionVerdict));
        var server = ServerFor(request, role);
        if (!server.TryReadUsername(request, out var name))
            return new(Challenge(server, isStale: false));
        return _accounts.TryFind(name, server.Realm, out var known)
            ? new(Judge(request, flow, server, name, known))
            : new(FetchAndJudgeAsync(request.AddRef(), flow, server, name, cancel));
    }

    private async Task<AdmissionVerdict> FetchAndJudgeAsync(SipMessage request, SipFlow flow, DigestServer server, string name, CancellationToken cancel)
    {
        try
        {
            var account = await _accounts.FindAsync(name, server.Realm, cancel).ConfigureAwait(false);
            return Judge(request, flow, server, name, account is null ? null : new KnownAccount(account));
        }
        catch (IOException)
        {
            // A store that cannot be read lets nobody in, and says nothing about who they are.
            _guard?.Log.Refused(request, flow, "accounts cannot be read", name);
            return new() { Status = 500 };
        }
        finally
        {
            request.Release();
        }
    }

    private AdmissionVerdict Judge(SipMessage request, in SipFlow flow, DigestServer server, string name, KnownAccount? known)
    {
        var verdict = server.Verify(request, known?.Credentials);
        if (verdict == DigestVerdict.Ok)
        {
            _guard?.CountSuccess(flow.Remote);
            return new() { Account = known!.Account };
        }

        if (verdict == DigestVerdict.Refused)
        {
            _guard?.Log.Refused(request, flow, known is null ? "unknown user" : "wrong credentials", name);
            _guard?.CountFailure(flow.Remote);
        }

        // Whether the user is unknown or the password wrong, the answer is the same (RFC 3261 §22.1 leaves guessers nothing to learn).
        return Challenge(server, verdict == DigestVerdict.Stale);
    }

    private static AdmissionVerdict Challenge(DigestServer server, bool isStale) =>
        new() { Status = server.ChallengeStatus, Challenger = server, IsStale = isStale };

    private bool IsTrusted(in NetEndpoint source)
    {
        foreach (var range in _trusted)
        {
            if (range.Contains(source))
                return true;
        }

        return false;
    }

    private DigestServer ServerFor(SipMessage request, AdmissionRole role)
    {
        var found = request.Method == SipMethod.Register ? request.TryGetTo(out var who) : request.TryGetFrom(out who);
        var name = found && who.TryGetUri(out var uri) && uri.Scheme is SipScheme.Sip or SipScheme.Sips ? _domains.Find(uri.Host) : null;
        var realm = _realms[name ?? _domains.Default];
        return role == AdmissionRole.Proxy ? realm.Proxy : realm.UserAgent;
    }

    private sealed class Realm(string name, AdmissionOptions options, TimeProvider time)
    {
        public DigestServer UserAgent { get; } = new(Options(name, options, isProxy: false), time);

        public DigestServer Proxy { get; } = new(Options(name, options, isProxy: true), time);

        private static DigestServerOptions Options(string name, AdmissionOptions options, bool isProxy) => new()
        {
            Realm = name,
            Find = static (_, _) => null, // accounts are looked up before, without blocking
            Algorithms = options.Algorithms,
            NonceLifetime = options.NonceLifetime,
            MaxNonces = options.MaxNonces,
            IsProxy = isProxy,
        };
    }
}
