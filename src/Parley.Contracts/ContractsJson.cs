using System.Text.Json.Serialization;
using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Contracts.JsonRpc;

namespace Parley.Contracts;

/// <summary>How the contracts are written as JSON: names in snake_case, what is null left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(CallStartParameters))]
[JsonSerializable(typeof(CallBlindTransferParameters))]
[JsonSerializable(typeof(CallAttendedTransferParameters))]
[JsonSerializable(typeof(CallHoldParameters))]
[JsonSerializable(typeof(CallUnHoldParameters))]
[JsonSerializable(typeof(CallEndParameters))]
[JsonSerializable(typeof(SubscribeParameters))]
[JsonSerializable(typeof(UnsubscribeParameters))]
[JsonSerializable(typeof(CallListParameters))]
[JsonSerializable(typeof(CallGetParameters))]
[JsonSerializable(typeof(CallPlayParameters))]
[JsonSerializable(typeof(CallStopParameters))]
[JsonSerializable(typeof(CallRecordParameters))]
[JsonSerializable(typeof(CallDtmfParameters))]
[JsonSerializable(typeof(CallBridgeParameters))]
[JsonSerializable(typeof(CallRejectParameters))]
[JsonSerializable(typeof(CallAnswerParameters))]
[JsonSerializable(typeof(CallRedirectParameters))]
[JsonSerializable(typeof(EchoParameters))]
[JsonSerializable(typeof(CommandResult))]
[JsonSerializable(typeof(EventDetails))]
[JsonSerializable(typeof(CallNotification))]
[JsonSerializable(typeof(RpcRequest))]
[JsonSerializable(typeof(RpcMessage))]
[JsonSerializable(typeof(RpcError))]
public sealed partial class ContractsJson : JsonSerializerContext;
