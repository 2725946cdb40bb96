using System.Text;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Services.Registrar;

/// <summary>One REGISTER from its checks to its answer, which leaves when the bindings are durable.</summary>
/// <remarks>Holds a reference of the message until it is answered: with a store that hangs, its sender may have given up, and the transaction let go of it, long before.</remarks>
internal sealed class RegisterExchange(RegistrarService registrar, IncomingRequest incoming, RegisterRequest request) : ILocationEdit, IHeaderWriter
{
    private readonly SipMessage _message = request.Message.AddRef();
    private RegisterOutcome _outcome;
    private byte[] _bindings = BindingRecord.None;

    public LocationWrite? Apply(in LocationState present, uint now)
    {
        _outcome = BindingMerge.Apply(present, now, request, registrar.Options, registrar.Locations.Options, out var next);
        _bindings = next.Record;
        return _outcome.Status == 200 && !ReferenceEquals(next.Record, present.Record) ? new LocationWrite(next) : null;
    }

    public void OnDone(EditResult result)
    {
        if (result == EditResult.StoreFailed)
            _outcome = new(500); // RFC 3261 §10.3 step 7: everything is as it was
        else if (result == EditResult.Full)
            _outcome = new(503) { RetryAfter = 30 };
        if (incoming.Lane.IsCurrent)
            Answer();
        else
            registrar.AnswerOnLane(this, incoming.Lane);
    }

    /// <summary>Answers without asking for the bindings. On the request's lane.</summary>
    public void Refuse(in RegisterOutcome refusal)
    {
        _outcome = refusal;
        Answer();
    }

    /// <summary>On the request's lane.</summary>
    public void Answer()
    {
        try
        {
            incoming.RespondWith(_outcome.Status, this, _outcome.Reason);
        }
        finally
        {
            _message.Release();
        }
    }

    public void WriteHeaders(ref SipWriter writer)
    {
        if (_outcome.Status == 200)
            WriteSuccess(ref writer);
        if (_outcome.MinExpires > 0)
            writer.Header(HeaderId.MinExpires, _outcome.MinExpires);
        if (_outcome.RetryAfter > 0)
            writer.Header(HeaderId.RetryAfter, _outcome.RetryAfter);
        if (_outcome.Unsupported is { } tag)
            writer.Header(HeaderId.Unsupported, Encoding.ASCII.GetBytes(tag));
    }

    private void WriteSuccess(ref SipWriter writer)
    {
        var now = registrar.Locations.Now;
        var reader = new BindingReader(_bindings);
        while (reader.MoveNext())
        {
            if (reader.Expires > now)
                WriteContact(ref writer, reader, now);
        }

        // RFC 3327 §5.3: the device learns what was put between it and us.
        writer.Copy(request.Message, HeaderId.Path);
        if (!registrar.ServiceRoute.IsEmpty)
            writer.Header(HeaderId.ServiceRoute, registrar.ServiceRoute.Span);
        if (_outcome.UsesOutbound && request.SupportsOutbound)
        {
            writer.Header(HeaderId.Require, "outbound"u8);
            if (registrar.Options.FlowTimer is { } timer)
                writer.Header(HeaderId.FlowTimer, (long)timer.TotalSeconds);
        }

        writer.Header(HeaderId.Date, registrar.Date.At(now));
    }

    private void WriteContact(ref SipWriter writer, in BindingReader binding, uint now)
    {
        writer.Begin(HeaderId.Contact);
        if (!binding.DisplayName.IsEmpty)
        {
            writer.Append(binding.DisplayName);
            writer.Append((byte)' ');
        }

        writer.Append((byte)'<');
        writer.Append(binding.Contact);
        writer.Append(">;expires="u8);
        writer.Append(binding.Expires - now);
        if (binding.Q != 1000)
        {
            writer.Append(";q=0."u8);
            writer.Append((byte)('0' + binding.Q / 100));
            writer.Append((byte)('0' + binding.Q / 10 % 10));
            writer.Append((byte)('0' + binding.Q % 10));
        }

        if (!binding.Instance.IsEmpty)
            WriteInstance(ref writer, binding);
        writer.Append(binding.Parameters);
        writer.EndLine();
    }

    private void WriteInstance(ref SipWriter writer, in BindingReader binding)
    {
        writer.Append(";+sip.instance=\"<"u8);
        writer.Append(binding.Instance);
        writer.Append(">\""u8);
        if (binding.RegId != 0)
        {
            writer.Append(";reg-id="u8);
            writer.Append((long)binding.RegId);
        }

        // RFC 5627 §5.2
        if (!registrar.Options.Gruu || !request.SupportsGruu)
            return;
        writer.Append($";pub-gruu=\"{GruuSeal.Public(request.Address, Encoding.UTF8.GetString(binding.Instance), request.IsSecure)}\"");
        if (registrar.Locations.Gruus.Temporary(request.Address, binding.GruuEpoch, request.IsSecure) is { } temporary)
            writer.Append($";temp-gruu=\"{temporary}\"");
    }
}
