using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>Writes responses (RFC 3261 §8.2.6): what is the request's is copied as bytes, so nothing becomes a string on the way.</summary>
internal static class ResponseBuilder
{
    /// <summary>The caller owns the buffer returned.</summary>
    public static PacketBuffer Build(UserAgentLane ua, SipMessage request, in SipFlow flow, in Reply reply)
    {
        var writer = new SipWriter(ua.Lane.Pool);
        WriteStatus(ref writer, reply);
        writer.CopyVias(request, flow.Remote);
        if (reply.RecordRoute)
            writer.Copy(request, HeaderId.RecordRoute);
        writer.Copy(request, HeaderId.From);
        WriteTo(ref writer, request, reply.LocalTag);
        writer.Copy(request, HeaderId.CallId);
        writer.Copy(request, HeaderId.CSeq);
        if (reply.Contact)
            WriteContact(ref writer, request, flow, reply);
        WriteAbilities(ref writer, ua.Profile, reply);
        WriteRedirect(ref writer, reply.Redirect);
        foreach (var header in reply.Headers ?? [])
            writer.Header(header);
        reply.HeaderWriter?.WriteHeaders(ref writer);
        if (ua.Profile.UserAgent.Length > 0)
            writer.Header(HeaderId.Server, ua.Profile.UserAgent);
        WriteBody(ref writer, reply.Body);
        return writer.Finish();
    }

    /// <summary>Ends a message with its body, or with none.</summary>
    public static void WriteBody(ref SipWriter writer, in SipBody body)
    {
        if (body.ContentType is not { } type)
        {
            writer.NoBody();
            return;
        }

        Span<byte> bytes = stackalloc byte[128];
        if (type.Length > bytes.Length)
            bytes = new byte[type.Length];
        writer.Body(bytes[..Encoding.ASCII.GetBytes(type, bytes)], body.Content.Span);
    }

    private static void WriteStatus(ref SipWriter writer, in Reply reply)
    {
        if (reply.Reason is null)
            writer.StatusLine(reply.Status);
        else
            writer.StatusLine(reply.Status, Encoding.UTF8.GetBytes(reply.Reason));
    }

    private static void WriteTo(ref SipWriter writer, SipMessage request, UInt128 localTag)
    {
        if (localTag == 0)
        {
            writer.Copy(request, HeaderId.To);
            return;
        }

        Span<byte> tag = stackalloc byte[DialogTag.Length];
        DialogTag.Write(localTag, tag);
        writer.CopyTo(request, tag);
    }

    // The user part is the one we were called by, so that a request to this Contact still tells who is meant.
    private static void WriteContact(ref SipWriter writer, SipMessage request, in SipFlow flow, in Reply reply)
    {
        if (!reply.OwnContact.IsEmpty)
        {
            writer.Header(HeaderId.Contact, reply.OwnContact.Span);
            return;
        }

        writer.Begin(HeaderId.Contact);
        var user = request.TryGetRequestUri(out var uri) && uri.Scheme is SipScheme.Sip or SipScheme.Sips ? uri.User : default;
        ContactText.Append(ref writer, user, flow, reply.Secure);
        writer.EndLine();
    }

    private static void WriteAbilities(ref SipWriter writer, UserAgentProfile profile, in Reply reply)
    {
        if (reply.Capabilities || reply.Status == 405)
            writer.Header(HeaderId.Allow, profile.Allow);
        if ((reply.Capabilities || reply.Status == 420) && profile.Supported.Length > 0)
            writer.Header(HeaderId.Supported, profile.Supported);
        if ((reply.Capabilities || reply.Status == 489) && profile.AllowEvents.Length > 0)
            writer.Header(HeaderId.AllowEvents, profile.AllowEvents); // RFC 6665 §4.4.4, §8.3.2
        if ((reply.Capabilities || reply.Status == 415) && profile.Accept.Length > 0 && !NamesAccept(reply.Headers))
            writer.Header(HeaderId.Accept, profile.Accept);
    }

    // An application that refuses a body knows better what it takes in that request than the endpoint does in general.
    private static bool NamesAccept(IReadOnlyList<SipHeader>? headers)
    {
        foreach (var header in headers ?? [])
        {
            if (header.Name.Equals("Accept", StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static void WriteRedirect(ref SipWriter writer, IReadOnlyList<SipUri>? contacts)
    {
        foreach (var contact in contacts ?? [])
            writer.Header(HeaderId.Contact, Encoding.UTF8.GetBytes($"<{contact}>"));
    }
}
