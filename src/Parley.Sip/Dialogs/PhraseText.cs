using System.Text;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Dialogs;

/// <summary>What a response says in words.</summary>
internal static class PhraseText
{
    /// <summary>Its reason phrase; the standard one where it has none.</summary>
    public static string Of(SipMessage response)
    {
        var phrase = response.Reason.IsEmpty ? ReasonPhrases.For(response.StatusCode) : response.Reason;
        return Encoding.UTF8.GetString(phrase);
    }

    /// <summary>The standard phrase of a status.</summary>
    public static string For(int status) => Encoding.ASCII.GetString(ReasonPhrases.For(status));
}
