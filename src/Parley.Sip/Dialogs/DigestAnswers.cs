using Parley.Sip.Authentication;
using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>
/// The credentials one request carries: answers its challenges, each realm's once unless only the nonce was stale, and no more often than the limit allows
/// (RFC 3261 §22.2, RFC 7616 §3.3).
/// </summary>
internal sealed class DigestAnswers(DigestCredentials? credentials, int maxChallenges, Func<SipMessage, DigestCredentials?>? choose = null)
{
    private HashSet<(string Realm, bool IsProxy)>? _answered; // null until the first challenge: most requests meet none
    private DigestCredentials? _credentials = credentials;
    private DigestClient? _client;
    private int _challenges;

    /// <summary>Authorization and Proxy-Authorization of the next attempt.</summary>
    public IReadOnlyList<SipHeader> Lines { get; private set; } = [];

    /// <summary>What challenges are answered with; chosen at the first one where none were given.</summary>
    public DigestCredentials? Credentials => _credentials;

    /// <summary>Refuses credentials that cannot be sent, before a challenge shows it.</summary>
    /// <exception cref="ArgumentException">They hold a line break, or no secret; names <paramref name="argument"/>.</exception>
    public static void Require(DigestCredentials? credentials, string argument)
    {
        if (credentials is null)
            return;
        try
        {
            _ = new DigestClient([credentials]);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException(e.Message, argument, e);
        }
    }

    /// <summary>Takes the challenges of a 401 or 407; false when sending again has no chance.</summary>
    public bool TryAnswer(SipMessage response, RequestDraft draft)
    {
        if (_challenges == maxChallenges)
            return false;
        _credentials ??= choose?.Invoke(response);
        if (_credentials is null)
            return false;
        _challenges++;
        // A realm may challenge with several algorithms at once (RFC 8760 §2.4); what counts is whether it has had an answer before.
        var realms = DigestChallenge.ReadAll(response).Select(challenge => (challenge.Realm, challenge.IsProxy)).ToHashSet();
        var refused = _answered?.Overlaps(realms) == true;
        (_answered ??= []).UnionWith(realms);
        _client ??= new DigestClient([_credentials]);
        var lines = _client.Answer(response, draft.MethodName, draft.RequestUri, refused);
        if (lines.Count == 0)
            return false;
        Lines = lines;
        return true;
    }

    /// <summary>A further request to the same place: known nonces are used on.</summary>
    public void Renew(RequestDraft draft)
    {
        _challenges = 0;
        _answered?.Clear();
        Lines = _client?.Continue(draft.MethodName, draft.RequestUri) ?? [];
    }

    /// <summary>A request to another place, which has no business with what was said here.</summary>
    public void Forget()
    {
        _challenges = 0;
        _answered?.Clear();
        _client = null;
        Lines = [];
    }
}
