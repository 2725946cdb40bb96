using Parley.Sip.Parsing;

namespace Parley.Sip.Dialogs;

/// <summary>Writes header fields into a response as bytes, Contact included: for services that answer thousands of requests a second.</summary>
public interface IHeaderWriter
{
    /// <summary>Writes whole lines, none of those a response copies from its request (RFC 3261 §8.2.6.2). Called on the lane, once for each response.</summary>
    void WriteHeaders(ref SipWriter writer);
}
